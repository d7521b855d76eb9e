import { expect } from 'chai'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { otherCaseOf } from '../../../reconcilers/range/other-case.ts'
import {
  cluster,
  deleted,
  rangeBridge,
  rangeGuest,
  rangeVnet,
  singleNode,
  unapplied,
  vnet,
} from '../../builders/cluster.ts'

const rows: readonly (readonly [situation: string, seen: ClusterSnapshot, other: string | undefined])[] = [
  ['a VM in the pool of the other alone', cluster({ guests: [rangeGuest(100, 'JD', 'JD-a')] }), 'JD'],
  ['a VNet of the other alone', cluster({ vnets: [rangeVnet(1, 'JD')] }), 'JD'],
  ['a VNet of the other that is not applied', cluster({ vnets: [unapplied(rangeVnet(1, 'JD'))] }), 'JD'],
  ['a VNet of the other whose deletion is not applied', cluster({ vnets: [deleted(rangeVnet(1, 'JD'))] }), 'JD'],
  ['a bridge of the other alone', singleNode([rangeBridge(1, 'Jd')]), 'Jd'],
  ['an empty pool', cluster({ pools: ['JD'] }), undefined],
  [
    'its own VMs and networks',
    cluster({ guests: [rangeGuest(100, 'jd', 'jd-a')], vnets: [rangeVnet(1, 'jd')] }),
    undefined,
  ],
  [
    'those of another range',
    cluster({ guests: [rangeGuest(100, 'KL', 'KL-a')], vnets: [rangeVnet(1, 'KL')] }),
    undefined,
  ],
  ["a VNet that is no range's", cluster({ vnets: [vnet('lab', 1, 'lanista range JD')] }), undefined],
]

describe('whether there is a range whose id differs only in case, from', () => {
  for (const [situation, seen, other] of rows)
    it(`${situation}: ${other ?? 'none'}`, () => {
      const finding = otherCaseOf('jd', seen)
      expect(finding?.reason).to.equal(other === undefined ? undefined : 'IdTaken')
      if (other !== undefined) expect(finding?.message).to.contain(`rename the file back to ${other},`)
    })
})
