import Table from 'cli-table3'
import { NO_BORDERS } from '../../controllers/terminal/no-borders.ts'
import { availableParallelism, loadavg } from 'node:os'
import { type Random, seededRandom } from '../../adapters/simulator/random.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { machinesOf, type RangeSpec, type VmSpec } from '../../model/range-spec.ts'
import { serverConfigSchema } from '../../model/server-config.ts'
import type { ClusterSnapshot, NodeSeen } from '../../model/snapshot.ts'
import { demandOf } from '../../reconcilers/placement/demand.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import type { PlanResult } from '../../reconcilers/range/plan-range.ts'
import { planTurn, unbroken } from '../../reconcilers/range/plan-turn.ts'
import { cluster, GIB, node } from '../builders/cluster.ts'
import { range, router, vm } from '../builders/range.ts'
import { NO_PROMISES } from '../../reconcilers/range/promises.ts'

const [RANGES, VMS_EACH, SEEDS] = [30, 10, 20]
/** GiB and cores: unequal in size and in what they have of one for the other. */
const NODES = [
  [128, 32],
  [192, 24],
  [192, 48],
  [256, 64],
  [384, 32],
  [384, 96],
  [512, 64],
  [768, 128],
] as const
/** GiB and cores of the VMs, drawn with equal chance: clients, servers, and now and then a large one. */
const SHAPES = [
  [2, 1],
  [4, 2],
  [4, 2],
  [4, 4],
  [6, 2],
  [8, 2],
  [8, 4],
  [8, 4],
  [12, 4],
  [16, 8],
] as const
/** How full the cluster is when everything is spread perfectly. */
const LOADS = [0.3, 0.5, 0.7, 0.8, 0.9, 0.97, 0.99, 0.998] as const

/** Lanista's defaults, as without any configuration. */
const SETTINGS = planSettingsOf(serverConfigSchema.parse({ proxmox_node: 'pve1', proxmox_vm_storage_pool: 'shared' }))
const NOTHING = NO_PROMISES

/** Ranges that arrive at once: how evenly they are spread, whether all find room, and how long planning takes. */
export async function benchPlacement(): Promise<void> {
  console.log(
    `placement: ${RANGES} ranges of ${VMS_EACH} mixed VMs in random order on ${NODES.length} unequal nodes, ${SEEDS} seeds`,
  )
  console.log(
    'placement: how much fuller the fullest node is than if all were spread perfectly, in points: median / worst',
  )
  const table = new Table({
    head: ['FULL', 'AT ONCE', 'ONE BY ONE', 'LUDUS AT ONCE', 'LUDUS ONE BY ONE', 'ALL FIT', 'ORDER'],
    colAligns: ['right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  })
  table.push(...LOADS.map((load) => [...spreadRow(load)]))
  console.log(table.toString())
  console.log('placement: ONE BY ONE: each range in a turn of its own, those before it under way')
  console.log('placement: LUDUS: one node per range from live usage, which at once shows nothing of the others yet')
  console.log('placement: ALL FIT: seeds in which every VM found room, of those in which best-fit decreasing fits')
  benchSpeed()
}

function spreadRow(load: number): readonly string[] {
  const results = Array.from({ length: SEEDS }, (_, seed) => spreadWith(seed + 1, load))
  const figures = (of: (result: Spread) => number): string => {
    const sorted = results.map(of).sort((a, b) => a - b)
    return `${points(sorted[Math.floor(SEEDS / 2)] ?? 0)} / ${points(sorted.at(-1) ?? 0)}`
  }
  const fitting = results.filter(({ bestFitFits }) => bestFitFits)
  const orders = new Map<string, number>()
  for (const { order } of results) orders.set(order, (orders.get(order) ?? 0) + 1)
  return [
    `${(load * 100).toFixed(1)} %`,
    figures(({ above }) => above),
    figures(({ aboveInTurns }) => aboveInTurns),
    figures(({ aboveLive }) => aboveLive),
    figures(({ aboveRefreshed }) => aboveRefreshed),
    `${fitting.filter(({ unplaced }) => unplaced === 0).length} of ${fitting.length}`,
    [...orders].map(([order, count]) => `${order} ${count}`).join(', '),
  ]
}

const points = (fraction: number): string => (fraction * 100).toFixed(1)

interface Spread {
  readonly above: number
  readonly aboveInTurns: number
  readonly aboveLive: number
  readonly aboveRefreshed: number
  readonly unplaced: number
  readonly bestFitFits: boolean
  readonly order: string
}

function spreadWith(seed: number, load: number): Spread {
  const random = seededRandom(seed)
  const specs = shuffled(
    Array.from({ length: RANGES }, (_, index) => mixedRange(`R${String(index).padStart(2, '0')}`, random)),
    random,
  )
  const demands = specs.flatMap((spec) => machinesOf(spec).map(bytesOf))
  const seen = clusterAt(load, sum(demands), random)
  const free = seen.nodes.map(({ memoryBytes, memoryUsedBytes }) => memoryBytes - memoryUsedBytes)
  const perfect = load
  const together = planTogether(specs, seen)
  const inTurns = planInTurns(specs, seen)
  return {
    above: peak(seen.nodes, together.takenBy) - perfect,
    aboveInTurns: peak(seen.nodes, inTurns) - perfect,
    aboveLive: peak(seen.nodes, oneNodePerRange(specs, seen, false)) - perfect,
    aboveRefreshed: peak(seen.nodes, oneNodePerRange(specs, seen, true)) - perfect,
    unplaced: together.unplaced,
    bestFitFits: bestFitDecreasing(demands, free),
    order: together.order,
  }
}

const mixedRange = (id: string, random: Random): RangeSpec =>
  range(id, {
    router: router(id, { cpus: 2 }),
    vms: Array.from({ length: VMS_EACH - 1 }, (_, index) => {
      const [gib, cpus] = SHAPES[Math.floor(random() * SHAPES.length)] ?? SHAPES[0]
      return vm(`${id}-vm${index}`, { memoryMiB: gib * 1024, cpus, address: { vlan: 10, lastOctet: index + 1 } })
    }),
  })

/** Nodes in use by 2 to 10 %, sized so that a perfect spread of the demand fills the cluster to the given load. */
function clusterAt(load: number, demand: number, random: Random): ClusterSnapshot {
  const uses = NODES.map(() => 0.02 + random() * 0.08)
  const total = sum(NODES.map(([gib]) => gib))
  const used = sum(NODES.map(([gib], index) => gib * (uses[index] ?? 0)))
  const scale = demand / (load * total - used)
  const nodes = NODES.map(([gib, cores], index) =>
    node(`pve${index + 1}`, {
      cores,
      cpuLoad: random() * 0.05,
      memoryBytes: gib * scale,
      memoryUsedBytes: gib * scale * (uses[index] ?? 0),
    }),
  )
  return cluster({ nodes: shuffled(nodes, random) })
}

interface Together {
  readonly takenBy: ReadonlyMap<string, number>
  readonly unplaced: number
  readonly order: string
}

function planTogether(specs: readonly RangeSpec[], seen: ClusterSnapshot): Together {
  const { results, joint } = planTurn(specs, groundOf(seen, SETTINGS, 'vnets'), NOTHING)
  return {
    takenBy: takenBy([...results.values()].map(unbroken)),
    unplaced: joint?.placements.short.length ?? 0,
    order: joint?.placements.order.kind ?? 'none',
  }
}

/** Each range in a turn of its own, when those before it are under way. */
function planInTurns(specs: readonly RangeSpec[], seen: ClusterSnapshot): ReadonlyMap<string, number> {
  const plans: PlanResult[] = []
  for (const spec of specs) {
    const planned = plans.flatMap((plan) => (plan.kind === 'planned' ? [plan] : []))
    const promises = {
      ...NO_PROMISES,
      numbers: new Map(planned.map(({ plan }) => [plan.number, plan.rangeId])),
      vms: planned.flatMap(({ reservations }) => reservations),
    }
    plans.push(...[...planTurn([spec], groundOf(seen, SETTINGS, 'vnets'), promises).results.values()].map(unbroken))
  }
  return takenBy(plans)
}

function takenBy(results: readonly PlanResult[]): ReadonlyMap<string, number> {
  const taken = new Map<string, number>()
  for (const result of results)
    for (const { node: at = '', memoryBytes } of result.kind === 'planned' ? result.reservations : [])
      taken.set(at, (taken.get(at) ?? 0) + memoryBytes)
  return taken
}

/** What Ludus does: the best node by live usage takes the whole range. */
function oneNodePerRange(
  specs: readonly RangeSpec[],
  { nodes }: ClusterSnapshot,
  refreshed: boolean,
): ReadonlyMap<string, number> {
  const taken = new Map<string, number>()
  for (const spec of specs) {
    const scoreOf = ({ name, memoryBytes, memoryUsedBytes, cpuLoad }: NodeSeen): number =>
      0.8 * (1 - (memoryUsedBytes + (refreshed ? (taken.get(name) ?? 0) : 0)) / memoryBytes) + 0.2 * (1 - cpuLoad)
    const [best] = [...nodes].sort((a, b) => scoreOf(b) - scoreOf(a))
    if (best !== undefined)
      taken.set(best.name, (taken.get(best.name) ?? 0) + sum(machinesOf(spec).map((each) => bytesOf(each))))
  }
  return taken
}

const peak = (nodes: readonly NodeSeen[], taken: ReadonlyMap<string, number>): number =>
  Math.max(
    ...nodes.map(({ name, memoryBytes, memoryUsedBytes }) => (memoryUsedBytes + (taken.get(name) ?? 0)) / memoryBytes),
  )

/** Whether all fit when each, the largest first, goes where it leaves the least over. An own one, to hold ours against. */
function bestFitDecreasing(demands: readonly number[], free: readonly number[]): boolean {
  const left = [...free]
  for (const demand of [...demands].sort((a, b) => b - a)) {
    const fitting = left.filter((bytes) => bytes >= demand)
    if (fitting.length === 0) return false
    const tightest = Math.min(...fitting)
    left[left.indexOf(tightest)] = tightest - demand
  }
  return true
}

const bytesOf = (each: VmSpec): number => demandOf(each, 0, SETTINGS).memoryBytes
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function shuffled<T>(values: readonly T[], random: Random): readonly T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

const RUNS = 7

function benchSpeed(): void {
  const sizes = [
    [10_000, 100],
    [20_000, 100],
    [10_000, 200],
    [20_000, 200],
  ] as const
  const times = sizes.map(([vms, nodes]) => secondsFor(vms, nodes))
  sizes.forEach(([vms, nodes], index) => {
    const { fastest, median } = times[index] ?? NONE
    console.log(
      `placement: ${vms} VMs onto ${nodes} nodes, ${RUNS} runs: median ${median.toFixed(2)} s, fastest ${fastest.toFixed(2)} s`,
    )
  })
  const [once = NONE, twiceVms = NONE, twiceNodes = NONE, both = NONE] = times
  const ratio = (other: Times): string => `${(other.fastest / once.fastest).toFixed(2)} times as long`
  console.log(
    `placement: by the fastest, twice the VMs take ${ratio(twiceVms)}, twice the nodes ${ratio(twiceNodes)}, twice both ${ratio(both)}; load ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} processors`,
  )
}

interface Times {
  readonly fastest: number
  readonly median: number
}
const NONE: Times = { fastest: 0, median: 0 }

/** 100 ranges, planned together on a cluster with room for all. */
function secondsFor(vms: number, nodes: number): Times {
  const random = seededRandom(1)
  const each = vms / 100
  const specs = Array.from({ length: 100 }, (_, index) => {
    const id = `R${index}`
    const machines = Array.from({ length: each - 1 }, (_, at) => {
      const [gib, cpus] = SHAPES[Math.floor(random() * SHAPES.length)] ?? SHAPES[0]
      const address = { vlan: 10 + Math.floor(at / 200), lastOctet: 1 + (at % 200) }
      return vm(`${id}-vm${at}`, { memoryMiB: gib * 1024, cpus, address })
    })
    return range(id, { vms: machines })
  })
  const seen = cluster({
    nodes: Array.from({ length: nodes }, (_, index) =>
      node(`pve${index}`, { cores: 128, memoryBytes: (1 + (index % 4)) * (vms / nodes) * 6 * GIB }),
    ),
  })
  const seconds = Array.from({ length: RUNS }, () => {
    const begun = performance.now()
    const { joint } = planTurn(specs, groundOf(seen, SETTINGS, 'vnets'), NOTHING)
    if (joint === undefined || joint.placements.short.length > 0) throw new Error('not every VM found room')
    return (performance.now() - begun) / 1000
  })
  seconds.sort((a, b) => a - b)
  return { fastest: seconds[0] ?? 0, median: seconds[Math.floor(RUNS / 2)] ?? 0 }
}
