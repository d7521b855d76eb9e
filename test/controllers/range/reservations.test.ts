import { expect } from 'chai'
import { VmsUnderWay } from '../../../controllers/machine/vms-under-way.ts'
import { Reservations } from '../../../controllers/range/reservations.ts'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { planRange } from '../../builders/plan-range.ts'
import { cluster, guest } from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'

const VMID = 1_010_011

function reserve(reservations: Reservations, id: string): void {
  const spec = range(id, { router: vm(`${id}-DC01`), vms: [] })
  const made = planRange(spec, cluster(), NO_PROMISES, settings(), 'vnets')
  if (made.kind === 'refused') throw new Error(made.finding.message)
  reservations.reserve(id, made.plan.number, made.reservations)
}
const forgetIn = (reservations: Reservations, ...guests: readonly GuestSeen[]) =>
  reservations.forgetShown(cluster({ guests }), reservations.atRest())
const promisedBy = (reservations: Reservations) => {
  const { numbers, vms } = reservations.all()
  return { numbers: [...numbers], vmids: vms.map(({ vmid }) => vmid) }
}
const ALL = { numbers: [[1, 'JD']], vmids: [VMID] }
const NOTHING = { numbers: [], vmids: [] }

describe('Reservations', () => {
  let underWay: VmsUnderWay
  let reservations: Reservations
  beforeEach(() => {
    underWay = new VmsUnderWay()
    reservations = new Reservations(underWay)
    reserve(reservations, 'JD')
  })

  it('tells what was promised, and to whom', () => {
    expect(promisedBy(reservations)).to.deep.equal(ALL)
    expect(reservations.all().vms.map(({ rangeId }) => rangeId)).to.deep.equal(['JD'])
  })

  it('keeps promises while the pass is under way, whatever a snapshot shows', () => {
    forgetIn(reservations, guest(VMID, { status: 'running', uptimeSeconds: 100 }))
    expect(promisedBy(reservations)).to.deep.equal(ALL)
  })

  const rows: readonly [string, readonly GuestSeen[], typeof ALL | typeof NOTHING][] = [
    ['forgets a VM that was never made', [], NOTHING],
    ["forgets a VM that shows in its node's figures", [guest(VMID, { status: 'running', uptimeSeconds: 10 })], NOTHING],
    ['keeps a VM that has started just now', [guest(VMID, { status: 'running', uptimeSeconds: 9 })], ALL],
    ['keeps a VM that Proxmox has no figures of yet', [guest(VMID, { status: 'unknown', memoryBytes: 0 })], ALL],
    ["keeps a VM that shows with its template's figures before it starts", [guest(VMID)], ALL],
  ]
  for (const [situation, guests, left] of rows) {
    it(`${situation}, once the pass has ended`, () => {
      reservations.release('JD')
      forgetIn(reservations, ...guests)
      expect(promisedBy(reservations)).to.deep.equal(left)
    })
  }

  it('keeps promises of a pass that ended while the snapshot was being taken', () => {
    const ended = reservations.atRest()
    reservations.release('JD')
    reservations.forgetShown(cluster(), ended)
    expect(promisedBy(reservations)).to.deep.equal(ALL)
  })

  it('replaces what a range was promised before', () => {
    reservations.release('JD')
    reservations.reserve('JD', 5, [])
    expect(promisedBy(reservations)).to.deep.equal({ numbers: [[5, 'JD']], vmids: [] })
  })

  it('keeps promises while a VM is worked on after the pass, and tells where that is', () => {
    const end = underWay.begin({ rangeId: 'JD', vmid: VMID, name: 'JD-a', node: 'pve2' })
    reservations.release('JD')
    forgetIn(reservations)
    expect(promisedBy(reservations)).to.deep.equal(ALL)
    expect(reservations.all().underWay.map(({ vmid, node }) => [vmid, node])).to.deep.equal([[VMID, 'pve2']])
    end()
    expect(reservations.all().underWay).to.deep.equal([])
    forgetIn(reservations)
    expect(promisedBy(reservations)).to.deep.equal(NOTHING)
  })

  it('knows nothing of a range that was never promised anything', () => {
    reservations.release('XX')
    expect([...reservations.atRest()]).to.deep.equal([])
  })
})
