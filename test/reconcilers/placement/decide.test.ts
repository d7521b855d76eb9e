import { expect } from 'chai'
import fc from 'fast-check'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { VmSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { capacityOf } from '../../../reconcilers/placement/capacity.ts'
import { decide, reasonOf } from '../../../reconcilers/placement/decide.ts'
import { siteOf } from '../../../reconcilers/placement/site.ts'
import { cluster, GIB, node, storage, template, WINDOWS_TEMPLATE } from '../../builders/cluster.ts'
import { settings, vm } from '../../builders/range.ts'
import { decisionInput, request } from '../../builders/request.ts'

interface Row {
  readonly situation: string
  readonly vm?: Partial<VmSpec>
  readonly rangeTarget?: string
  readonly seen?: ClusterSnapshot
  readonly unreached?: readonly (readonly [string, string])[]
  readonly avoided?: readonly (readonly [string, string])[]
  readonly settings?: Partial<PlanSettings>
  /** The node, or the reason of the finding. */
  readonly gives: string
  readonly says: RegExp
}

const used = (name: string, gib: number, traits = {}) => node(name, { memoryUsedBytes: gib * GIB, ...traits })
/** By measurement, pve2 is the best. */
const PLAIN = [used('pve1', 30), used('pve2', 10), used('pve3', 20)]
const local = (name: string, at: string) => storage(name, at, { shared: false })
const BOTH = ['pve1', 'pve2']

const filters: readonly Row[] = [
  {
    situation: 'an offline node',
    seen: cluster({ nodes: [PLAIN[0]!, used('pve2', 10, { online: false })] }),
    gives: 'pve1',
    says: /best of 1 nodes/,
  },
  {
    situation: 'a node in maintenance',
    seen: cluster({ nodes: [PLAIN[0]!, used('pve2', 10, { maintenance: true })] }),
    gives: 'pve1',
    says: /best of 1/,
  },
  {
    situation: 'a node that the zone does not reach',
    unreached: [['pve2', 'is no peer']],
    gives: 'pve3',
    says: /best of 2/,
  },
  {
    situation: 'a node that something speaks against',
    avoided: [['pve2', 'failed a clone lately']],
    gives: 'pve3',
    says: /best of 3/,
  },
  {
    situation: 'a node with fewer cores than the VM',
    vm: { cpus: 8 },
    seen: cluster({ nodes: [PLAIN[0]!, used('pve2', 10, { cores: 4 })] }),
    gives: 'pve1',
    says: /best of 1/,
  },
  { situation: 'a node without the memory', vm: { memoryMiB: 40 * 1024 }, gives: 'pve2', says: /best of 2/ },
  {
    situation: 'a node that cannot read the template',
    seen: cluster({
      nodes: PLAIN,
      templates: [template(9001, WINDOWS_TEMPLATE, { node: 'pve3', storages: ['fast'] })],
      storages: [local('fast', 'pve3'), local('fast', 'pve2')],
    }),
    gives: 'pve3',
    says: /best of 1/,
  },
  {
    situation: 'a node where the shared storage of the template is not active',
    seen: cluster({
      nodes: PLAIN,
      storages: [storage('shared', 'pve1'), storage('shared', 'pve2', { active: false }), storage('shared', 'pve3')],
    }),
    gives: 'pve3',
    says: /best of 2/,
  },
  {
    situation: "the template's own node while its storage is down",
    seen: cluster({
      nodes: PLAIN,
      storages: [storage('shared', 'pve2'), storage('shared', 'pve1', { active: false })],
    }),
    gives: 'pve2',
    says: /best of 1/,
  },
  {
    situation: 'a node where the storage of full clones is missing',
    vm: { fullClone: true },
    settings: { storage: 'ceph' },
    seen: cluster({
      nodes: PLAIN,
      storages: [...['pve1', 'pve2', 'pve3'].map((at) => storage('shared', at)), storage('ceph', 'pve1')],
    }),
    gives: 'pve1',
    says: /best of 1/,
  },
]

/** Each node has a copy of the template, as a storage of its own takes no clone from another node. */
const full = (free: number) => ({
  nodes: PLAIN,
  templates: PLAIN.map(({ name }, index) =>
    template(9010 + index, WINDOWS_TEMPLATE, { node: name, storages: ['fast'] }),
  ),
  storages: ['pve1', 'pve2', 'pve3'].flatMap((at) => [
    storage('shared', at),
    storage('fast', at, { shared: false, usedBytes: (at === 'pve2' ? 1000 - free : 100) * GIB }),
  ]),
})

const rows: readonly Row[] = [
  {
    situation: 'leaves out nodes with a storage of their own that the template is not on, for a full clone',
    vm: { fullClone: true },
    settings: { storage: 'fast' },
    seen: cluster({ nodes: PLAIN, storages: full(900).storages }),
    gives: 'pve1',
    says: /best of 1/,
  },
  {
    situation: 'says why a full clone can not be on the target_node, and what to do',
    vm: { fullClone: true, targetNode: 'pve2' },
    settings: { storage: 'fast' },
    seen: cluster({ nodes: PLAIN, storages: full(900).storages }),
    gives: 'TargetNodeUnfit',
    says: /pve2 has a storage fast of its own, to which Proxmox clones nothing from pve1, .*put a copy of the template on it/,
  },
  {
    situation: 'leaves out a node whose storage has no space for a full clone',
    vm: { fullClone: true },
    settings: { storage: 'fast' },
    seen: cluster(full(31)),
    gives: 'pve3',
    says: /best of 2/,
  },
  {
    situation: 'takes a node whose storage has just the space for a full clone',
    vm: { fullClone: true },
    settings: { storage: 'fast' },
    seen: cluster(full(32)),
    gives: 'pve2',
    says: /best of 3/,
  },
  {
    situation: 'takes a node with just the cores of the VM',
    vm: { cpus: 16 },
    gives: 'pve2',
    says: /best of 3/,
  },
  {
    situation: 'asks no space for a linked clone',
    settings: { storage: 'fast' },
    seen: cluster(full(0)),
    gives: 'pve2',
    says: /best of 3/,
  },
  {
    situation: 'refuses a target_node whose storage has no space for a full clone',
    vm: { fullClone: true, targetNode: 'pve2' },
    settings: { storage: 'fast' },
    seen: cluster(full(31)),
    gives: 'TargetNodeUnfit',
    says: /has 31\.0 GiB left on storage fast, and a full clone takes 32\.0/,
  },
  {
    situation: 'asks for a template to be built that no node has, whatever node is named',
    vm: { template: 'nosuch', targetNode: 'pve2' },
    gives: 'TemplateMissing',
    says: /its target_node pve2 lacks template nosuch; build it: ludus templates build -n nosuch$/,
  },
  {
    situation: 'asks for it once where no node is named',
    vm: { template: 'nosuch' },
    gives: 'TemplateMissing',
    says: /the cluster does not have its template nosuch; build it: ludus templates build -n nosuch$/,
  },
  {
    situation: 'refuses a target_node in maintenance',
    vm: { targetNode: 'pve2' },
    seen: cluster({ nodes: [PLAIN[0]!, used('pve2', 10, { maintenance: true })] }),
    gives: 'TargetNodeUnfit',
    says: /its target_node pve2 is in maintenance/,
  },
  {
    situation: 'refuses a target_node that the zone does not reach',
    vm: { targetNode: 'pve2' },
    unreached: [['pve2', 'is no peer']],
    gives: 'TargetNodeUnfit',
    says: /its target_node pve2 is no peer/,
  },
  {
    situation: 'keeps the headroom free',
    vm: { memoryMiB: 40 * 1024 },
    settings: { placement: { ...settings().placement, memoryHeadroomPercent: 20 }, defaultNode: 'none' },
    seen: cluster({ nodes: [used('pve1', 8), used('pve2', 14)] }),
    gives: 'pve1',
    says: /best of 1/,
  },
  {
    situation: 'says what is kept as headroom when that is what lacks',
    vm: { memoryMiB: 50 * 1024 },
    settings: { placement: { ...settings().placement, memoryHeadroomPercent: 25 }, defaultNode: 'none' },
    seen: cluster({ nodes: [used('pve1', 8)] }),
    gives: 'NoNodeFits',
    says: /pve1 has 56\.0 GiB free and keeps 16\.0 as headroom/,
  },
  {
    situation: 'counts a VM with ballooning with its minimum',
    vm: { memoryMiB: 60 * 1024, balloonMiB: 2048 },
    gives: 'pve2',
    says: /best of 3/,
  },
  {
    situation: 'counts a VM with ballooning with its maximum where that is asked for',
    vm: { memoryMiB: 50 * 1024, balloonMiB: 2048 },
    settings: { placement: { ...settings().placement, ballooning: 'maximum' } },
    gives: 'pve2',
    says: /best of 1/,
  },
  {
    situation: 'weighs memory and CPU as the settings say',
    settings: { placement: { ...settings().placement, weights: { memory: 0, cpu: 1 } } },
    seen: cluster({ nodes: [used('pve1', 10, { cpuLoad: 0.5 }), used('pve2', 30)] }),
    gives: 'pve2',
    says: /best of 2 nodes: score 1\.00/,
  },
  {
    situation: 'keeps a large VM off a small node that is as free as a large one',
    vm: { memoryMiB: 16 * 1024 },
    seen: cluster({
      nodes: [used('pve1', 0), node('pve2', { memoryBytes: 128 * GIB, memoryUsedBytes: 2 * GIB })],
    }),
    gives: 'pve2',
    says: /score 0\.89/,
  },
  {
    situation: 'does not take proxmox_node when more than memory is lacking there',
    vm: { memoryMiB: 100 * 1024 },
    settings: { defaultNode: 'pve2' },
    seen: cluster({ nodes: [PLAIN[0]!, used('pve2', 10, { maintenance: true })] }),
    gives: 'NoNodeFits',
    says: /pve2 is in maintenance; free memory, mend a node or set target_node$/,
  },
  {
    situation: 'takes the best node by memory when nobody names one',
    gives: 'pve2',
    says: /best of 3 nodes: score 0\.82, 54\.0 GiB free/,
  },
  {
    situation: 'takes the name first in order among equals',
    seen: cluster({ nodes: ['pve3', 'pve1', 'pve2'] }),
    gives: 'pve1',
    says: /best of 3/,
  },
  {
    situation: 'weighs free CPU with a fifth',
    seen: cluster({ nodes: [used('pve1', 10, { cpuLoad: 1 }), used('pve2', 20)] }),
    gives: 'pve2',
    says: /score 0\.70/,
  },
  {
    situation: "prefers its own target_node to the range's",
    vm: { targetNode: 'pve3' },
    rangeTarget: 'pve1',
    gives: 'pve3',
    says: /^its target_node$/,
  },
  {
    situation: "prefers the range's target_node to the best node",
    rangeTarget: 'pve1',
    gives: 'pve1',
    says: /^the range's target_node$/,
  },
  {
    situation: 'takes a target_node although it is short of memory, as Ludus does',
    vm: { targetNode: 'pve1', memoryMiB: 100 * 1024 },
    gives: 'pve1',
    says: /target_node/,
  },
  {
    situation: 'takes proxmox_node when no node has the memory',
    vm: { memoryMiB: 100 * 1024 },
    settings: { defaultNode: 'pve3' },
    gives: 'pve3',
    says: /no node has 100 GiB free; proxmox_node takes it/,
  },
  {
    situation: 'refuses a target_node that is none of the cluster',
    vm: { targetNode: 'pve9' },
    gives: 'TargetNodeUnknown',
    says: /its target_node pve9 .*pve1, pve2, pve3/,
  },
  {
    situation: 'suggests the node that a misspelt target_node may mean',
    vm: { targetNode: 'PVW2' },
    gives: 'TargetNodeUnknown',
    says: /its target_node PVW2 is not a node of this cluster; did you mean pve2\? The nodes are pve1, pve2, pve3$/,
  },
  {
    situation: 'lists the nodes where a target_node resembles none',
    vm: { targetNode: 'hypervisor' },
    gives: 'TargetNodeUnknown',
    says: /not a node of this cluster; choose one of pve1, pve2, pve3$/,
  },
  {
    situation: 'refuses a target_node that cannot take it, rather than take another',
    rangeTarget: 'pve1',
    seen: cluster({ nodes: [used('pve1', 1, { online: false }), PLAIN[1]!] }),
    gives: 'TargetNodeUnfit',
    says: /the range's target_node pve1 is offline; mend it/,
  },
  {
    situation: 'refuses when no node has the template',
    vm: { template: 'kali' },
    gives: 'TemplateMissing',
    says: /the cluster does not have its template kali; build it/,
  },
  {
    situation: 'says of each node why it does not fit',
    vm: { memoryMiB: 60 * 1024, cpus: 8 },
    settings: { defaultNode: 'pve4' },
    seen: cluster({
      nodes: [
        used('pve1', 30),
        used('pve2', 1, { maintenance: true }),
        used('pve3', 1, { cores: 4 }),
        used('pve4', 1, { online: false }),
      ],
    }),
    gives: 'NoNodeFits',
    says: /60 GiB and 8 cores: pve1 has 34\.0 GiB free; pve2 is in maintenance; pve3 has 4 cores.*; pve4 is offline; free/,
  },
  {
    situation: 'says where a template is that a node cannot reach',
    vm: { targetNode: 'pve1' },
    seen: cluster({
      nodes: BOTH,
      templates: [template(9001, WINDOWS_TEMPLATE, { node: 'pve2', storages: ['fast'] })],
      storages: [local('fast', 'pve2')],
    }),
    gives: 'TargetNodeUnfit',
    says: /can't reach template win2022-server-x64-template \(VM 9001 on pve2, storage fast\)/,
  },
  {
    situation: 'does not clone across nodes from a template whose node is offline',
    vm: { targetNode: 'pve2' },
    seen: cluster({ nodes: [used('pve1', 1, { online: false }), PLAIN[1]!] }),
    gives: 'TargetNodeUnfit',
    says: /can't reach template/,
  },
]

interface Outcome {
  readonly node: string | undefined
  /** The node, or the reason of the finding. */
  readonly gives: string
  readonly says: string
  readonly template: unknown
  readonly overdrawn: boolean
}

function place({
  vm: traits = {},
  rangeTarget,
  seen = cluster({ nodes: PLAIN }),
  unreached = [],
  avoided = [],
  settings: own = {},
}: Partial<Row>): Outcome {
  const asked = request(
    'JD-DC01',
    {
      vm: vm('JD-DC01', traits),
      rangeTargetNode: rangeTarget,
      unreached: new Map(unreached),
      avoided: new Map(avoided),
    },
    settings(own),
  )
  const decision = decide(
    decisionInput(asked, seen, { capacity: capacityOf(seen, []), site: siteOf(seen), settings: settings(own) }),
  )
  const { outcome } = decision
  const says = reasonOf(decision, asked)
  return outcome.kind === 'placed'
    ? { node: outcome.node, gives: outcome.node, says, template: outcome.template, overdrawn: outcome.overdrawn }
    : { node: undefined, gives: outcome.finding.reason, says, template: undefined, overdrawn: false }
}

describe('decide', () => {
  const all = [...rows, ...filters.map((row) => ({ ...row, situation: `leaves out ${row.situation}` }))]
  for (const row of all) {
    it(row.situation, () => {
      const { gives, says } = place(row)
      expect(gives, says).to.equal(row.gives)
      expect(says).to.match(row.says)
    })
  }

  it('clones from the copy on the node itself, which needs no target, else from a shared one', () => {
    const templates = [
      template(9001, WINDOWS_TEMPLATE, { node: 'pve1' }),
      template(9002, WINDOWS_TEMPLATE, { node: 'pve2', storages: ['fast'] }),
    ]
    const storages = [...BOTH.map((at) => storage('shared', at)), local('fast', 'pve2')]
    const templateFor = (targetNode: string) =>
      place({ vm: { targetNode }, seen: cluster({ nodes: BOTH, templates, storages }) }).template
    expect(templateFor('pve1')).to.deep.equal({ vmid: 9001, node: 'pve1' })
    expect(templateFor('pve2')).to.deep.equal({ vmid: 9002, node: 'pve2' })
  })

  it('clones a template with a CD of its own node there and nowhere else, whatever else that storage holds', () => {
    const templates = [template(9001, WINDOWS_TEMPLATE, { node: 'pve1', cdStorages: ['local'] })]
    const storages = [
      ...BOTH.map((at) => storage('shared', at)),
      ...BOTH.map((at) => ({ ...local('local', at), content: ['iso'] })),
    ]
    const on = (targetNode: string) =>
      place({ vm: { targetNode }, seen: cluster({ nodes: BOTH, templates, storages }) })
    expect(on('pve1').template).to.deep.equal({ vmid: 9001, node: 'pve1' })
    expect(on('pve2').says).to.match(
      /can't reach template .* \(VM 9001 on pve1, storage shared and a CD of local in its/,
    )
  })

  const anyNodes = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('pve1', 'pve2', 'pve3', 'pve4'),
      online: fc.boolean(),
      cores: fc.constantFrom(1, 4, 8),
      cpuLoad: fc.constantFrom(0, 0.5),
      memoryUsedBytes: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths * 8 * GIB),
    }),
    { selector: ({ name }) => name, minLength: 1 },
  )

  it('decides the same whatever the order of nodes, storages and templates', () => {
    fc.assert(
      fc.property(anyNodes, (traits) => {
        const seen = cluster({ nodes: traits.map((each) => node(each.name, each)) })
        const back = {
          ...seen,
          nodes: [...seen.nodes].reverse(),
          storages: [...seen.storages].reverse(),
          templates: [...seen.templates].reverse(),
        }
        expect(place({ seen: back })).to.deep.equal(place({ seen }))
      }),
    )
  })

  it('never exceeds the memory of a node while another has it', () => {
    fc.assert(
      fc.property(anyNodes, (traits) => {
        const seen = cluster({ nodes: traits.map((each) => node(each.name, each)) })
        const placement = place({ seen, vm: { memoryMiB: 16 * 1024 } })
        const { rooms } = capacityOf(seen, [])
        const roomy = rooms.filter(
          ({ node: { online, cores }, freeMemoryBytes }) => online && cores >= 2 && freeMemoryBytes >= 16 * GIB,
        )
        const templateIsReadable = seen.nodes.some(({ name, online }) => name === 'pve1' && online)
        fc.pre(templateIsReadable && roomy.length > 0)
        expect(roomy.map((room) => room.node.name)).to.include(placement.node)
      }),
    )
  })

  it('keeps its choice when a node that lost is taken away', () => {
    fc.assert(
      fc.property(anyNodes, (traits) => {
        const seen = cluster({ nodes: traits.map((each) => node(each.name, each)) })
        const placement = place({ seen, settings: { defaultNode: 'none' } })
        const winner = placement.node
        fc.pre(winner !== undefined)
        for (const loser of seen.nodes.filter(({ name }) => name !== winner && name !== 'pve1')) {
          const without = { ...seen, nodes: seen.nodes.filter((each) => each !== loser) }
          expect(place({ seen: without, settings: { defaultNode: 'none' } })).to.include({ node: winner })
        }
      }),
    )
  })

  it('decides the same on a cluster and for a VM twice as large', () => {
    const sizes = fc.record({
      traits: anyNodes,
      memoryMiB: fc.integer({ min: 512, max: 65_536 }),
      cpus: fc.integer({ min: 1, max: 8 }),
      load: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(sizes, ({ traits, memoryMiB, cpus, load }) => {
        const sized = (times: number) =>
          place({
            vm: { memoryMiB: memoryMiB * times, cpus: cpus * times },
            seen: cluster({
              nodes: traits.map((each) =>
                node(each.name, {
                  ...each,
                  cpuLoad: load,
                  cores: each.cores * times,
                  memoryBytes: 64 * GIB * times,
                  memoryUsedBytes: each.memoryUsedBytes * times,
                }),
              ),
            }),
          })
        const [once, twice] = [sized(1), sized(2)]
        expect([twice.gives, twice.overdrawn]).to.deep.equal([once.gives, once.overdrawn])
      }),
    )
  })
})
