import { expect } from 'chai'
import { poolComment } from '../../../model/identity.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { markedRanges, mayHaveMore, rangeLeft } from '../../../reconcilers/removal/range-left.ts'
import {
  cluster,
  deleted,
  guest,
  natVnet,
  node,
  rangeBridge,
  rangeGuest,
  rangeVnet,
  singleNode,
  stagedDeletionOf,
  vnet,
} from '../../builders/cluster.ts'

const lacking = { what: 'guests', path: '/vms/105', right: 'VM.Audit', remedy: 'pveum' } as const

describe('markedRanges', () => {
  const rows: readonly (readonly [string, ClusterSnapshot, readonly string[]])[] = [
    ['a VNet with its mark', cluster({ vnets: [natVnet(), rangeVnet(1, 'JD')] }), ['JD']],
    ['a VNet whose deletion is not applied', cluster({ vnets: [deleted(rangeVnet(1, 'JD'))] }), ['JD']],
    ['a bridge with its mark', singleNode([rangeBridge(1, 'JD')]), ['JD']],
    [
      'a bridge whose deletion is staged',
      singleNode([], {}, { staged: stagedDeletionOf(rangeBridge(1, 'JD')) }),
      ['JD'],
    ],
    ['a VM with both tags in its pool', cluster({ guests: [rangeGuest(1, 'JD', 'a')], pools: ['JD'] }), ['JD']],
    [
      "a pool with Lanista's comment",
      cluster({
        pools: ['JD', 'LU'],
        poolComments: new Map([
          ['JD', poolComment('JD')],
          ['LU', 'Created by Ludus'],
        ]),
      }),
      ['JD'],
    ],
    [
      "another range's comment on a pool",
      cluster({ pools: ['JD'], poolComments: new Map([['JD', poolComment('KT')]]) }),
      [],
    ],
    [
      'a pool without a comment, and a VM of Ludus in it',
      cluster({ guests: [guest(1, { pool: 'LU' })], pools: ['LU'] }),
      [],
    ],
    ['a VM with both tags in no pool', cluster({ guests: [rangeGuest(1, 'JD', 'a', { pool: undefined })] }), []],
    ["a VM in the pool with another range's tags", cluster({ guests: [rangeGuest(1, 'JD', 'a', { pool: 'KT' })] }), []],
    ["a template made of a range's VM", cluster({ guests: [rangeGuest(1, 'JD', 'a', { template: true })] }), []],
    ['a mark that names what can be no range', cluster({ vnets: [vnet('r1', 1, 'lanista range a/b')] }), []],
  ]
  for (const [what, snapshot, expected] of rows)
    it(`${expected.length === 0 ? 'finds none by' : 'finds a range by'} ${what}`, () => {
      expect([...markedRanges(snapshot)]).to.deep.equal(expected)
      expect(rangeLeft('JD', snapshot).isMarked).to.equal(expected.includes('JD'))
    })
})

describe('mayHaveMore', () => {
  const untold = cluster({ nodes: ['pve1', 'pve2'], nodeNetworks: [] })
  const rows: readonly (readonly [string, ClusterSnapshot, string | undefined])[] = [
    ['all is shown', cluster(), undefined],
    [
      'a node is down, whose guests are listed all the same',
      cluster({ nodes: ['pve1', node('pve2', { online: false })] }),
      undefined,
    ],
    ['there is no quorum', cluster({ quorate: false }), 'NoQuorum'],
    ['guests are hidden', cluster({ unseen: [{ ...lacking, path: '/vms' }] }), 'NotVisible'],
    [
      'its pool has a guest that is hidden',
      cluster({ unseen: [lacking], hiddenMembers: new Map([['JD', [105]]]) }),
      'NotVisible',
    ],
    ['VNets are hidden', cluster({ unseen: [{ ...lacking, what: 'sdn', path: '/sdn/zones' }] }), 'NotVisible'],
    [
      'bridges are hidden',
      cluster({ unseen: [{ ...lacking, what: 'bridges', path: '/sdn/zones/localnetwork' }] }),
      'NotVisible',
    ],
    [
      'it is hidden what is hidden',
      cluster({ pools: ['JD'], unseen: [{ ...lacking, what: 'rights', path: '/access' }] }),
      'NotVisible',
    ],
    ['a node does not tell its network', untold, 'NodeNetworkUntold'],
  ]
  for (const [what, snapshot, expected] of rows)
    it(`${expected === undefined ? 'is not so' : 'is so'} while ${what}`, () =>
      expect(mayHaveMore('JD', snapshot)?.reason).to.equal(expected))
})
