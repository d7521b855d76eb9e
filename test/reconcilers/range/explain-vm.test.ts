import { expect } from 'chai'
import type { Explanation } from '../../../model/explanation.ts'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import { machinesOf, type RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { explainVm } from '../../../reconcilers/range/explain-vm.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import { planTurn } from '../../../reconcilers/range/plan-turn.ts'
import { cluster, GIB, guest, node, rangeGuest, storage } from '../../builders/cluster.ts'
import { range, router, settings, vm } from '../../builders/range.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'
import { nodeOf } from '../../../model/plan/vm-plan.ts'

const NOTHING = NO_PROMISES
const JD = range('JD')
const used = (name: string, gib: number, traits = {}) => node(name, { memoryUsedBytes: gib * GIB, ...traits })

interface Asked {
  readonly seen?: ClusterSnapshot
  readonly spec?: RangeSpec
  readonly others?: readonly RangeSpec[]
  readonly vm?: string
  readonly own?: Partial<PlanSettings>
}
function turnOf({ seen = cluster(), spec = JD, others = [], vm: name = 'JD-DC01', own = {} }: Asked) {
  return planTurn([...others, spec], groundOf(seen, settings(own), 'vnets'), NOTHING, { rangeId: spec.id, vm: name })
}
const explain = (asked: Asked): Explanation => explainVm(asked.spec ?? JD, asked.vm ?? 'JD-DC01', turnOf(asked))
const plannedNode = (asked: Asked): string | undefined => {
  const result = turnOf(asked).results.get(asked.spec ?? JD)
  const plans = result?.kind === 'planned' ? result.plan.vms : []
  const plan = plans.find(({ spec }) => spec.name === (asked.vm ?? 'JD-DC01'))
  return plan && nodeOf(plan.step)
}

describe('explainVm', () => {
  it('changes with a weight together with the decision, since both are made by one function', () => {
    const seen = cluster({ nodes: [used('pve1', 10, { cpuLoad: 0.9 }), used('pve2', 30)] })
    const byMemory = { seen }
    const byCpu = { seen, own: { placement: { ...settings().placement, weights: { memory: 0.1, cpu: 0.9 } } } }
    expect([plannedNode(byMemory), plannedNode(byCpu)]).to.deep.equal(['pve1', 'pve2'])
    for (const asked of [byMemory, byCpu]) {
      const { node: at, nodes, weights } = explain(asked)
      expect(at).to.equal(plannedNode(asked))
      expect(nodes.filter(({ winner }) => winner).map((each) => each.node)).to.deep.equal([at])
      for (const { memory, cpu, score } of nodes)
        expect(score).to.be.closeTo(weights.memory * memory + weights.cpu * cpu, 1e-9)
    }
  })

  it('tells of each node why it is left out, and of all what they have', () => {
    const seen = cluster({ nodes: [used('pve1', 62), used('pve2', 8, { maintenance: true }), used('pve3', 8)] })
    const { nodes, rule, why } = explain({ seen })
    expect(nodes.map(({ leftOut }) => leftOut?.filter)).to.deep.equal(['memory', 'maintenance', undefined])
    expect([rule, why]).to.deep.equal(['auto-select', 'best of 1 nodes: score 0.84, 55.5 GiB free'])
  })

  it('counts what was placed before it in the turn, and what is promised, each once', () => {
    const stopped = guest(900, { name: 'web', tags: ['lanista', 'web'], pool: 'WEB' })
    const { counted } = explain({ seen: cluster({ guests: [stopped] }), others: [range('AA')] })
    expect(counted.map(({ vm: name, why }) => `${name} ${why}`)).to.deep.equal([
      'AA/AA-router-debian11-x64 placed before it',
      'AA/AA-DC01 placed before it',
      'JD/JD-router-debian11-x64 placed before it',
      'WEB/web not running',
    ])
  })

  it('says of an existing VM that it stays, and where it would go if it were new', () => {
    const guests = [rangeGuest(1_010_011, 'JD', 'JD-DC01', { node: 'pve2' })]
    const seen = cluster({ nodes: [used('pve1', 8), used('pve2', 40)], guests })
    const { rule, node: at, ifNew, nodes } = explain({ seen })
    expect([rule, at, ifNew?.node]).to.deep.equal(['exists', 'pve2', 'pve1'])
    // What it uses itself would be free for it.
    expect(nodes[1]?.freeMemoryBytes).to.equal((24 + 4) * GIB)
  })

  it('tells what is in the way of a VM before any node is looked for', () => {
    const { rule, node: at, why } = explain({ seen: cluster({ guests: [guest(500, { name: 'JD-DC01' })] }) })
    expect([rule, at]).to.deep.equal(['blocked', undefined])
    expect(why).to.match(/VM 500 on pve1 has that name/)
  })

  it('tells what keeps the whole range from being planned', () => {
    const { rule, vmid, why } = explain({ seen: cluster({ zones: [] }) })
    expect([rule, vmid]).to.deep.equal(['blocked', undefined])
    expect(why).to.match(/^zone ludus: there is no such SDN zone/)
  })

  const changes: readonly (readonly [string, Asked, readonly string[]])[] = [
    [
      'how much more memory would let a node win',
      { seen: cluster({ nodes: [used('pve1', 20), used('pve2', 10)] }) },
      ['pve1 would win with 9.5 GiB more free'],
    ],
    [
      'how much more memory breaks a tie that the name decides',
      {
        spec: range('JD', { router: router('JD', { targetNode: 'pve3' }) }),
        seen: cluster({ nodes: [used('pve1', 10), used('pve2', 11), used('pve3', 63)] }),
      },
      ['pve2 would win with 1.1 GiB more free', 'pve3 would win with 53.6 GiB more free'],
    ],
    [
      'nothing of a node that would need more memory than it has',
      { seen: cluster({ nodes: [used('pve1', 3), node('pve2', { memoryBytes: 8 * GIB, memoryUsedBytes: GIB })] }) },
      [],
    ],
    [
      'that a node would win without headroom',
      {
        seen: cluster({
          nodes: [used('pve1', 40), node('pve2', { memoryBytes: 640 * GIB, memoryUsedBytes: 580 * GIB, cpuLoad: 0.5 })],
        }),
        spec: range('JD', {
          vms: [vm('JD-DC01', { memoryMiB: 22 * 1024 })],
          router: vm('r', { memoryMiB: 1024, address: { vlan: 1, lastOctet: 254 }, targetNode: 'pve2' }),
        }),
        own: { placement: { ...settings().placement, memoryHeadroomPercent: 5 } },
      },
      ['pve1 would win with 1.2 GiB more free', 'pve1 would win without headroom'],
    ],
    [
      'that a node would win if it left maintenance',
      { seen: cluster({ nodes: [used('pve1', 30), used('pve2', 10, { maintenance: true })] }) },
      ['pve2 would win if it left maintenance'],
    ],
    [
      'that a node would win if it were online',
      { seen: cluster({ nodes: [used('pve1', 30), used('pve2', 10, { online: false })] }) },
      ['pve2 would win if it were online'],
    ],
    [
      'that a node would win if it reached the template',
      { seen: cluster({ nodes: [used('pve1', 30), used('pve2', 10)], storages: [storage('shared', 'pve1')] }) },
      ['pve2 would win if it reached template win2022-server-x64-template'],
    ],
    [
      'that another node would win without target_node',
      { spec: range('JD', { targetNode: 'pve1' }), seen: cluster({ nodes: [used('pve1', 30), used('pve2', 10)] }) },
      ['pve2 would win without target_node'],
    ],
    [
      'that another node would win without its wishes',
      {
        spec: range('JD', {
          vms: [vm('JD-DC01', { wishes: [{ kind: 'only_nodes', nodes: ['pve1'], required: true }] })],
        }),
        seen: cluster({ nodes: [used('pve1', 30), used('pve2', 10)] }),
      },
      ['pve2 would win without its wishes'],
    ],
    [
      'that another node would win without what is promised there',
      {
        seen: cluster({
          nodes: [used('pve1', 10), used('pve2', 20)],
          guests: [guest(900, { pool: 'WEB', tags: ['lanista', 'web'], memoryBytes: 30 * GIB })],
        }),
      },
      ['pve1 would win with 19.5 GiB more free', 'pve1 would win without what is promised on the nodes'],
    ],
    [
      'how much memory would be needed where no node fits',
      {
        seen: cluster({ nodes: [used('pve1', 61), used('pve2', 60.5)] }),
        own: { defaultNode: 'none' },
      },
      ['pve1 would win with 1.0 GiB more free', 'pve2 would win with 1.0 GiB more free'],
    ],
  ]
  for (const [situation, asked, expected] of changes)
    it(`tells ${situation}`, () => {
      const { changes: told } = explain(asked)
      expect(told).to.deep.equal(expected)
    })

  it('explains every machine of a range that is not deployed, each as it is planned', () => {
    for (const { name } of machinesOf(JD)) {
      const asked = { vm: name }
      expect(explain(asked).node, name).to.equal(plannedNode(asked))
    }
  })
})
