import { expect } from 'chai'
import { unknownOrders } from '../../../controllers/commands/plan-without-file.ts'
import { cluster, guest } from '../../builders/cluster.ts'
import { range } from '../../builders/range.ts'

describe('orders to destroy of which a plan does not know', () => {
  it('are told for ranges of which nothing is there, and not for one whose VMs Ludus made', () => {
    const ofLudus = guest(105, { name: 'JD-router-debian11-x64', pool: 'JD' })
    const told = (...ids: readonly string[]) =>
      unknownOrders(
        ids.map((id) => range(id)),
        cluster({ guests: [ofLudus] }),
        { kind: 'unused', why: 'it is new' },
      )
    expect(told('JD')).to.deep.equal([])
    expect(told('JD', 'KT')).to.deep.equal([
      'orders of lanista destroy are not known: it is new; of range KT nothing is on the cluster, and one that was destroyed stays away; plan with the state directory of the Lanista that runs here',
    ])
  })
})
