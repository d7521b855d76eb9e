import { expect } from 'chai'
import { networkModeOf } from '../../../reconcilers/network-mode.ts'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import { actionsOf } from '../../../model/plan/actions-of.ts'
import type { RangePlan } from '../../../model/plan/range-plan.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { planRange } from '../../builders/plan-range.ts'
import { achieve } from '../../builders/achieve.ts'
import {
  cluster,
  GIB,
  guest,
  natBridge,
  natVnet,
  node,
  nodeNetwork,
  rangeGuest,
  rangeVnet,
  singleNode,
  vnet,
  zone,
} from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'
import { nodeOf } from '../../../model/plan/vm-plan.ts'

const NOTHING = NO_PROMISES
const JD = range('JD')
const ROUTER = JD.router.name

const result = (spec: RangeSpec, seen: ClusterSnapshot, promises = NOTHING, own: Partial<PlanSettings> = {}) =>
  planRange(spec, seen, promises, settings(own), networkModeOf(seen, settings(own)))
function planned(
  spec: RangeSpec,
  seen: ClusterSnapshot,
  promises = NOTHING,
  own: Partial<PlanSettings> = {},
): RangePlan {
  const made = result(spec, seen, promises, own)
  if (made.kind === 'refused') throw new Error(made.finding.message)
  return made.plan
}
const inWords = (plan: RangePlan): readonly string[] =>
  actionsOf(plan).map((action) =>
    [action.kind, 'vm' in action ? action.vm : '', 'node' in action ? action.node : ''].join(' ').trim(),
  )
const nodesOf = ({ vms }: RangePlan) => vms.map(({ step }) => nodeOf(step))

describe('planRange', () => {
  it('plans everything for a new range, router first', () => {
    expect(inWords(planned(JD, cluster()))).to.deep.equal([
      'create-pool',
      'create-vnet',
      'create-vnet',
      'apply-sdn',
      `clone-vm ${ROUTER} pve1`,
      `configure-vm ${ROUTER} pve1`,
      `start-vm ${ROUTER} pve1`,
      'clone-vm JD-DC01 pve2',
      'configure-vm JD-DC01 pve2',
      'start-vm JD-DC01 pve2',
    ])
  })

  it('plans nothing once that is achieved', () => {
    const achieved = achieve(planned(JD, cluster()), JD, cluster())
    expect(actionsOf(planned(JD, achieved))).to.deep.equal([])
  })

  it('creates only the VM that was added to the file', () => {
    const achieved = achieve(planned(JD, cluster()), JD, cluster())
    const more = range('JD', { vms: [...JD.vms, vm('JD-WS01', { address: { vlan: 20, lastOctet: 21 } })] })
    const vms = inWords(planned(more, achieved)).map((words) => words.split(' ')[1])
    expect(new Set(vms)).to.deep.equal(new Set(['JD-WS01']))
  })

  it('touches no VM that was removed from the file', () => {
    const achieved = achieve(planned(JD, cluster()), JD, cluster())
    const plan = planned(range('JD', { vms: [] }), achieved)
    expect(actionsOf(plan)).to.deep.equal([])
    expect(plan.vms.map(({ spec }) => spec.name)).to.deep.equal([ROUTER])
  })

  it('restarts a VM that was stopped, and only that', () => {
    const achieved = achieve(planned(JD, cluster()), JD, cluster())
    const guests = achieved.guests.map((each) =>
      each.name === 'JD-DC01' ? { ...each, status: 'stopped' as const } : each,
    )
    expect(inWords(planned(JD, { ...achieved, guests }))).to.deep.equal(['start-vm JD-DC01 pve2'])
  })

  it('gives each VM of a range its memory before the next is placed', () => {
    const big = (name: string, lastOctet: number) =>
      vm(name, { memoryMiB: 40 * 1024, address: { vlan: 10, lastOctet } })
    const spec = range('JD', { vms: [big('a', 1), big('b', 2), big('c', 3)] })
    expect(new Set(nodesOf(planned(spec, cluster())).slice(1))).to.deep.equal(new Set(['pve1', 'pve2', 'pve3']))
  })

  it('counts its own bare clones with what the file says, not with what the template had', () => {
    const spec = range('JD', {
      vms: [
        vm('JD-BIG', { memoryMiB: 50 * 1024 }),
        vm('JD-DC01', { memoryMiB: 10 * 1024, address: { vlan: 10, lastOctet: 12 } }),
      ],
    })
    const bare = guest(1_010_011, { name: 'JD-BIG', pool: 'JD', node: 'pve1', memoryBytes: 2 * GIB })
    const seen = cluster({ nodes: ['pve1', node('pve2', { memoryUsedBytes: 30 * GIB })], guests: [bare] })
    expect(nodesOf(planned(spec, seen))).to.deep.equal(['pve2', 'pve1', 'pve2'])
  })

  it('counts what other ranges were promised', () => {
    const vms = ['pve1', 'pve2'].map((at, vmid) => ({
      vmid,
      rangeId: 'KL',
      name: `x${vmid}`,
      node: at,
      memoryBytes: 50 * GIB,
      cores: 1,
      disk: undefined,
    }))
    expect(nodesOf(planned(JD, cluster(), { ...NO_PROMISES, numbers: new Map([[1, 'KL']]), vms }))).to.deep.equal([
      'pve3',
      'pve3',
    ])
  })

  it('reserves what is to be created and what is under way, and nothing for what runs', () => {
    const cloning = guest(1_010_011, { name: undefined, lock: 'clone', node: 'pve3' })
    const running = rangeGuest(1_001_254, 'JD', ROUTER)
    const fresh = vm('JD-WS01', { address: { vlan: 10, lastOctet: 12 } })
    const made = result(range('JD', { vms: [...JD.vms, fresh] }), cluster({ guests: [cloning, running] }))
    expect(made.kind === 'planned' && made.reservations).to.deep.equal([
      {
        vmid: 1_010_011,
        rangeId: 'JD',
        name: 'JD-DC01',
        node: undefined,
        memoryBytes: 4 * GIB,
        cores: 2,
        disk: undefined,
      },
      {
        vmid: 1_010_012,
        rangeId: 'JD',
        name: 'JD-WS01',
        node: 'pve1',
        memoryBytes: 4 * GIB,
        cores: 2,
        disk: undefined,
      },
    ])
  })

  it('plans the other VMs when one cannot be placed', () => {
    const spec = range('JD', {
      vms: [vm('JD-KALI', { template: 'kali' }), vm('JD-DC01', { address: { vlan: 10, lastOctet: 12 } })],
    })
    expect(planned(spec, cluster()).vms.map(({ step }) => step.kind)).to.deep.equal(['create', 'blocked', 'create'])
  })

  it('takes a fixed number and the settings into names, tags and VMIDs', () => {
    const made = result(range('JD', { number: 7 }), cluster(), NOTHING, { vxlanTagBase: 1000, vmidBase: 500_000_000 })
    const plan = made.kind === 'planned' ? made.plan : undefined
    const wants = plan?.network.wants
    expect(wants?.kind === 'vnets' && wants.vnets.map(({ name, config }) => [name, config.tag])).to.deep.equal([
      ['ludusnat', 16_777_215],
      ['r7', 1007],
    ])
    expect(plan?.vms.map(({ vmid }) => vmid)).to.deep.equal([507_001_254, 507_010_011])
  })

  it('knows that a node reloads its network just now', () => {
    const busy = (type: string) =>
      planned(JD, cluster({ runningTasks: [{ upid: 'x', node: 'pve1', type, id: '' }] })).network.busy
    expect(['reloadnetworkall', 'srvreload', 'qmclone'].map(busy)).to.deep.equal([true, true, false])
  })

  it('notes the nodes that the zone does not reach, and places nothing there', () => {
    const nodes = [node('pve1', { memoryUsedBytes: 60 * GIB }), node('pve2')]
    const plan = planned(JD, cluster({ nodes, zones: [zone(nodes.slice(0, 1))] }))
    expect(nodesOf(plan)).to.deep.equal(['pve1', 'pve1'])
    expect(plan.notes).to.deep.equal([
      "node pve2 has address 10.0.0.2, which is not among the zone's peers: no VM of a range is placed there",
    ])
  })

  describe('on a single node', () => {
    it('places every VM there, whatever target_node and proxmox_node say, and with too little memory free', () => {
      const spec = range('JD', { targetNode: 'pve2', vms: [vm('JD-DC01', { targetNode: 'pve3', memoryMiB: 65_536 })] })
      const plan = planned(spec, singleNode(), NOTHING, { defaultNode: 'pve' })
      expect(nodesOf(plan)).to.deep.equal(['pve1', 'pve1'])
      expect(plan.notes[0]).to.match(/^target_node of defaults, JD-DC01 is ignored/)
    })

    it('puts NICs on the bridges', () => {
      expect(planned(JD, singleNode()).network.names).to.include({ nat: 'vmbr1000', range: 'vmbr1001' })
    })

    it('places nothing on the other nodes where cluster mode is switched off', () => {
      const nodes = [node('pve1', { memoryUsedBytes: 60 * GIB }), node('pve2')]
      const nodeNetworks = nodes.map((each) => nodeNetwork(each, { interfaces: [natBridge()] }))
      const plan = planned(JD, cluster({ nodes, zones: [], nodeNetworks }), NOTHING, { clusterMode: false })
      expect(nodesOf(plan)).to.deep.equal(['pve1', 'pve1'])
      expect(plan.notes).to.deep.equal([
        'node pve2 is left out, since cluster_mode: false keeps ranges on proxmox_node pve1: no VM of a range is placed there',
      ])
    })
  })

  const refusals: readonly [string, RangeSpec, ClusterSnapshot, Partial<PlanSettings>, string][] = [
    ['without its zone', JD, cluster({ zones: [] }), {}, 'ZoneReady ZoneMissing'],
    [
      'without its zone, of which a lost quorum does not distract',
      JD,
      cluster({ zones: [], quorate: false }),
      {},
      'ZoneReady ZoneMissing',
    ],
    ['without quorum', JD, cluster({ quorate: false }), {}, 'NetworkReady NoQuorum'],
    [
      'when its number is taken',
      range('JD', { number: 1 }),
      cluster({ vnets: [rangeVnet(1, 'KL')] }),
      {},
      'NetworkReady NumberTaken',
    ],
    ['when its tag is taken', JD, cluster({ vnets: [natVnet(), vnet('lab', 1, 'lab')] }), {}, 'NetworkReady TagTaken'],
    [
      'when the NAT tag is taken',
      JD,
      cluster({ vnets: [vnet('lab', 16_777_215, 'lab')] }),
      {},
      'NetworkReady TagTaken',
    ],
  ]
  for (const [situation, spec, seen, own, expected] of refusals) {
    it(`refuses ${situation}`, () => {
      const made = result(spec, seen, NOTHING, own)
      expect(made.kind === 'refused' && `${made.part} ${made.finding.reason}`).to.equal(expected)
    })
  }

  it('looks at each guest as often for one VM as for forty', () => {
    const looksFor = (count: number): number => {
      let looks = 0
      const strangers = Array.from({ length: 100 }, (_, i) => {
        const { name, ...rest } = guest(200 + i, { name: `web${i}` })
        return {
          ...rest,
          get name() {
            looks += 1
            return name
          },
        }
      })
      const vms = Array.from({ length: count }, (_, i) => vm(`JD-${i}`, { address: { vlan: 10, lastOctet: i + 1 } }))
      planned(range('JD', { vms }), cluster({ guests: strangers }))
      return looks
    }
    expect(looksFor(40)).to.equal(looksFor(1))
    expect(looksFor(1)).to.be.greaterThan(0)
  })

  it('takes one node with cluster_mode: true for a cluster', () => {
    expect(result(JD, cluster({ nodes: ['pve1'] }), NOTHING, { clusterMode: true }).kind).to.equal('planned')
  })
})
