import { expect } from 'chai'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { lackingNodes, nodeStates, withReloads } from '../../../reconcilers/vnet/node-states.ts'
import { repairNeed } from '../../../reconcilers/vnet/repair-need.ts'
import { cluster, natVnet, node, rangeVnet, unapplied } from '../../builders/cluster.ts'

const HOUR = 3_600_000
const upidOf = (type: string, at: string, began: number): string =>
  `UPID:${at}:00000001:00000002:${(began / 1000).toString(16).toUpperCase()}:${type}::root@pam:`
const reload = (endedAt: number, failure?: string, at = 'pve2', began = endedAt) => ({
  upid: upidOf('srvreload', at, began),
  node: at,
  endedAt,
  failure,
})
const running = (type: string, at: string) => ({ upid: upidOf(type, at, 9 * HOUR), node: at, type, id: '' })
const hanging = (type: string, at: string, stands?: string): Partial<ClusterSnapshot> => ({
  runningTasks: [running(type, at)],
  hangingReloads: new Map([[running(type, at).upid, stands]]),
})
const told = (status: string, message?: string, vnet = 'r1') => [{ node: 'pve2', zone: 'ludus', vnet, status, message }]
const EVERYWHERE = { unreached: new Map<string, string>(), withoutNat: new Map<string, string>() }
const FAILED = "command 'ifreload -a' failed: exit code 1"

describe('whether networks are in force on a node', () => {
  const vnets = [natVnet(), rangeVnet(1, 'JD')]
  const elsewhere = [natVnet({ zone: 'nat' }), rangeVnet(1, 'JD')]
  const up = (uptimeSeconds = 7200) => [node('pve1'), node('pve2', { uptimeSeconds }), node('pve3')]
  const rows: readonly [string, Partial<ClusterSnapshot>, string][] = [
    ['they are where nothing says otherwise', {}, 'available'],
    ['they are not while they were never applied', { vnets: [natVnet(), unapplied(rangeVnet(1, 'JD'))] }, 'absent'],
    ['they are not while the node is off', { nodes: [node('pve1'), node('pve2', { online: false })] }, 'offline'],
    ['they are not where its last reload failed', { reloads: [reload(9 * HOUR, FAILED)] }, 'failed'],
    [
      'they are where it was reloaded well since',
      { reloads: [reload(8 * HOUR, FAILED), reload(9 * HOUR)] },
      'available',
    ],
    ['they are not where it failed since', { reloads: [reload(9 * HOUR, FAILED), reload(8 * HOUR)] }, 'failed'],
    [
      'they are not where one failed that began after the one that ended last',
      { reloads: [reload(9 * HOUR, undefined, 'pve2', 8 * HOUR), reload(8.9 * HOUR, FAILED, 'pve2', 8.8 * HOUR)] },
      'failed',
    ],
    [
      'they are not where of two reloads that began in one moment one failed',
      { reloads: [reload(9 * HOUR), reload(9 * HOUR, FAILED)] },
      'failed',
    ],
    ['they are not yet while it reloads', { runningTasks: [running('srvreload', 'pve2')] }, 'reloading'],
    ['they are while another node reloads', { runningTasks: [running('srvreload', 'pve1')] }, 'available'],
    [
      'they are where an apply goes on that has reloaded the node',
      { runningTasks: [running('reloadnetworkall', 'pve1')] },
      'available',
    ],
    [
      'they are not yet where an apply goes on that has still to come to the node',
      { runningTasks: [running('reloadnetworkall', 'pve1')], vnetStates: told('pending') },
      'reloading',
    ],
    [
      'they are not where the node lacks the NAT VNet of another zone',
      { vnets: elsewhere, vnetStates: [{ ...told('error', undefined, 'ludusnat')[0]!, zone: 'nat' }] },
      'failed',
    ],
    [
      'they are where a VNet of that name in another zone is in trouble',
      { vnetStates: [{ ...told('error', undefined, 'ludusnat')[0]!, zone: 'nat' }] },
      'available',
    ],
    ['they are not where its reload hangs', hanging('srvreload', 'pve2'), 'hanging'],
    ['they are not where an apply hangs at it', hanging('reloadnetworkall', 'pve1', 'pve2'), 'hanging'],
    ['they are where an apply hangs at another node', hanging('reloadnetworkall', 'pve1', 'pve3'), 'available'],
    [
      'they are not where an apply hangs that has still to come to the node',
      { ...hanging('reloadnetworkall', 'pve1', 'pve3'), vnetStates: told('pending') },
      'pending',
    ],
    ['they are where the node was started since', { reloads: [reload(7 * HOUR, FAILED)] }, 'available'],
    ['they are where another node failed', { reloads: [reload(9 * HOUR, FAILED, 'pve1')] }, 'available'],
    [
      'they are not where the node has yet to reload',
      { vnetStates: told('pending', 'too old, please reload') },
      'pending',
    ],
    ['they are not where the node says error', { vnetStates: told('error') }, 'failed'],
    [
      'they are not where the node does not tell what of its zone is in error',
      { vnetStates: [{ node: 'pve2', zone: 'ludus', vnet: undefined, status: 'error', message: undefined }] },
      'failed',
    ],
    ['they are where another VNet is in trouble', { vnetStates: told('error', undefined, 'r9') }, 'available'],
    ['they are where the zone is in trouble and the VNet is not', { vnetStates: told('available') }, 'available'],
  ]
  for (const [situation, traits, expected] of rows)
    it(situation, () => {
      const seen = cluster({ nodes: up(), takenAt: 10 * HOUR, vnets, ...traits })
      const states = nodeStates(['ludusnat', 'r1'], seen, EVERYWHERE)
      expect(states.find(({ node: name }) => name === 'pve2')?.state).to.equal(expected)
    })

  it('does not hang on the NAT VNet where its zone leaves out the node, so that nothing is repaired there for ever', () => {
    const withoutNat = new Map([['pve2', 'lacks vnet ludusnat']])
    const of = (vnet: string, zone: string) => {
      const vnetStates = [{ node: 'pve2', zone, vnet, status: 'error', message: undefined }]
      const seen = cluster({ nodes: up(), takenAt: 10 * HOUR, vnets: elsewhere, vnetStates })
      const zones = { ...EVERYWHERE, withoutNat }
      const lacking = repairNeed(seen, zones, { applyForeign: false }).lacking.map(({ node: name }) => name)
      return [nodeStates(['ludusnat', 'r1'], seen, zones)[1]?.state, lacking]
    }
    expect(of('ludusnat', 'nat')).to.deep.equal(['available', []])
    expect(of('r1', 'ludus')).to.deep.equal(['failed', ['pve2']])
  })

  it('is told by the log of an apply where the look does not tell it yet', () => {
    const state = (at: string, is: 'reloading' | 'available' | 'pending' | 'hanging') => ({
      node: at,
      state: is,
      message: '',
    })
    const through = new Map([
      ['pve1', undefined],
      ['pve2', FAILED],
      ['pve3', FAILED],
      ['pve4', undefined],
    ])
    const seen = [
      state('pve1', 'reloading'),
      state('pve2', 'reloading'),
      state('pve3', 'available'),
      state('pve4', 'hanging'),
    ]
    expect(withReloads(seen, through).map((each) => each.state)).to.deep.equal([
      'available',
      'reloading',
      'failed',
      'hanging',
    ])
    expect(withReloads([state('pve5', 'reloading')], through)[0]?.state).to.equal('reloading')
  })

  it('is told in Proxmox own words', () => {
    const seen = cluster({ takenAt: 10 * HOUR, vnets, vnetStates: told('pending', 'too old, please reload') })
    const states = nodeStates(['r1'], seen, {
      ...EVERYWHERE,
      unreached: new Map([['pve1', 'is not among the zone nodes']]),
    })
    expect(states.map(({ message }) => message)).to.deep.equal([
      'is not among the zone nodes',
      'says of vnet r1: pending (too old, please reload)',
      '',
    ])
    expect(lackingNodes(states).map(({ node: name }) => name)).to.deep.equal(['pve2'])
  })
})
