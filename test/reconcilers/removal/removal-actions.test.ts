import { expect } from 'chai'
import { planRemoval } from '../../../reconcilers/removal/plan-removal.ts'
import { removalActions } from '../../../reconcilers/removal/removal-actions.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { cluster, natVnet, rangeGuest, rangeVnet, singleNode, rangeBridge } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const ORDER = { rangeId: 'JD', why: 'its file says state: absent', scope: { kind: 'named', names: ['JD-a'] } } as const

function shown(mode: 'vnets' | 'bridges', snapshot: ClusterSnapshot): readonly string[] {
  const plan = planRemoval(ORDER, snapshot, mode, settings({}))
  return removalActions(ORDER, plan, snapshot).map((action) => {
    switch (action.kind) {
      case 'delete-vm':
        return `vm ${action.vm}`
      case 'delete-network':
        return action.network
      case 'delete-pool':
        return `pool ${action.pool}`
    }
  })
}

const guests = [rangeGuest(1_010_001, 'JD', 'JD-a')]

describe('what is shown of a removal', () => {
  it('is all that goes while VMs are there: they, then the networks, then the pool', () => {
    const onCluster = cluster({ vnets: [natVnet(), rangeVnet(1, 'JD'), rangeVnet(2, 'KT')], guests, pools: ['JD'] })
    expect(shown('vnets', onCluster)).to.deep.equal(['vm JD-a', 'vnet r1', 'pool JD'])
    const onOne = singleNode([rangeBridge(1, 'JD'), rangeBridge(2, 'KT')], { guests, pools: ['JD'] })
    expect(shown('bridges', onOne)).to.deep.equal(['vm JD-a', 'bridge vmbr1001 on pve1', 'pool JD'])
  })

  it('is the pool alone once the networks are planned for all ranges together', () => {
    expect(shown('vnets', cluster({ vnets: [natVnet(), rangeVnet(1, 'JD')], pools: ['JD'] }))).to.deep.equal([
      'pool JD',
    ])
  })
})
