import type { Finding } from '../../model/condition.ts'
import { nearest } from '../../model/nearest.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { TemplateChoice } from '../../model/plan.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Room } from './capacity.ts'

export type Placement =
  | { readonly kind: 'placed'; readonly node: string; readonly template: TemplateChoice; readonly reason: string }
  | { readonly kind: 'refused'; readonly finding: Finding }

/** A node that could take a VM, or why it can't. */
type Fit =
  | { readonly kind: 'fits'; readonly template: TemplateChoice }
  | { readonly kind: 'unfit'; readonly why: string }

/** Ludus' documented weights for choosing the best node. */
const WEIGHTS = { memory: 0.8, cpu: 0.2 } as const
const GIB = 1024 ** 3

/**
 * The node for a VM that does not exist yet: its own `target_node`, else the range's, else the best node by 80 %
 * available memory and 20 % free CPU, else `proxmox_node`. A node that somebody named and that can't take the VM is a
 * finding, never silently another node. Ties break by name, so the order of nodes doesn't matter.
 *
 * @param unreached node -> why the zone doesn't reach it
 */
export function placeVm(
  vm: VmSpec,
  rangeTargetNode: string | undefined,
  rooms: readonly Room[],
  snapshot: ClusterSnapshot,
  unreached: ReadonlyMap<string, string>,
  settings: Pick<PlanSettings, 'defaultNode' | 'storage'>,
): Placement {
  const fitOn = (room: Room) => fitOf(vm, room, snapshot, unreached, settings)
  const named = vm.targetNode ?? rangeTargetNode
  if (named !== undefined)
    return onNamedNode(vm, named, vm.targetNode === undefined ? "the range's" : 'its', rooms, fitOn)

  const judged = [...rooms]
    .sort((a, b) => compareNames(a.node.name, b.node.name))
    .map((room) => ({ room, fit: fitOn(room) }))
  const candidates = judged.flatMap(({ room, fit }) =>
    fit.kind === 'fits' && hasMemory(vm, room) ? [{ room, fit, score: scoreOf(room) }] : [],
  )
  if (candidates.length > 0) {
    const best = candidates.reduce((winner, next) => (next.score > winner.score ? next : winner))
    const reason = `best of ${candidates.length} nodes: score ${best.score.toFixed(2)}, ${gib(best.room.freeMemoryBytes)} GiB free`
    return { kind: 'placed', node: best.room.node.name, template: best.fit.template, reason }
  }
  const fallback = judged.find(({ room }) => room.node.name === settings.defaultNode)
  if (fallback?.fit.kind === 'fits') {
    const reason = `no node has ${memoryText(vm)} free; proxmox_node takes it`
    return { kind: 'placed', node: fallback.room.node.name, template: fallback.fit.template, reason }
  }
  const whys = judged.map(
    ({ room, fit }) =>
      `${room.node.name} ${fit.kind === 'unfit' ? fit.why : `has ${gib(room.freeMemoryBytes)} GiB free`}`,
  )
  return refused(
    'NoNodeFits',
    `vm ${vm.name}: no node fits ${memoryText(vm)} and ${vm.cpus} cores: ${whys.join('; ')}; free memory, mend a node or set target_node`,
  )
}

function onNamedNode(
  vm: VmSpec,
  name: string,
  whose: string,
  rooms: readonly Room[],
  fitOn: (room: Room) => Fit,
): Placement {
  const room = rooms.find(({ node }) => node.name === name)
  if (room === undefined) {
    const nodes = rooms.map(({ node }) => node.name)
    return refused(
      'TargetNodeUnknown',
      `vm ${vm.name}: ${whose} target_node ${name} is not a node of this cluster; ${nodeRemedy(name, nodes)}`,
    )
  }
  const fit = fitOn(room)
  if (fit.kind === 'unfit') {
    return refused(
      'TargetNodeUnfit',
      `vm ${vm.name}: ${whose} target_node ${name} ${fit.why}; mend it or choose another target_node`,
    )
  }
  return { kind: 'placed', node: name, template: fit.template, reason: `${whose} target_node` }
}

/** What to do about a name that is none of these nodes. The order of nodes doesn't matter. */
export function nodeRemedy(name: string, nodes: readonly string[]): string {
  const sorted = [...nodes].sort(compareNames)
  const meant = nearest(name, sorted)
  return meant === undefined
    ? `choose one of ${sorted.join(', ')}`
    : `did you mean ${meant}? The nodes are ${sorted.join(', ')}`
}

/** Whether a node can take a VM at all, memory aside: a named node is taken even when it is short of memory, as in Ludus. */
function fitOf(
  vm: VmSpec,
  { node }: Room,
  snapshot: ClusterSnapshot,
  unreached: ReadonlyMap<string, string>,
  settings: Pick<PlanSettings, 'storage'>,
): Fit {
  if (!node.online) return { kind: 'unfit', why: 'is offline' }
  if (node.maintenance) return { kind: 'unfit', why: 'is in maintenance' }
  const zone = unreached.get(node.name)
  if (zone !== undefined) return { kind: 'unfit', why: zone }
  if (node.cores < vm.cpus) return { kind: 'unfit', why: `has ${node.cores} cores, fewer than the VM's ${vm.cpus}` }
  if (vm.fullClone && !isActive(snapshot, node.name, settings.storage))
    return { kind: 'unfit', why: `lacks storage ${settings.storage}` }
  const copies = snapshot.templates.filter(({ name }) => name === vm.template).sort((a, b) => a.vmid - b.vmid)
  const readable = copies.filter(({ storages }) => storages.every((each) => isActive(snapshot, node.name, each)))
  const local = readable.find((copy) => copy.node === node.name)
  const shared = readable.find(
    (copy) =>
      copy.storages.length > 0 &&
      copy.storages.every((storage) => isShared(snapshot, storage)) &&
      isOnline(snapshot, copy.node),
  )
  const copy = local ?? shared
  if (copy === undefined) {
    const where = copies
      .map(({ vmid, node: at, storages }) => `VM ${vmid} on ${at}, storage ${storages.join(' and ')}`)
      .join('; ')
    return {
      kind: 'unfit',
      why: copies.length === 0 ? `lacks template ${vm.template}` : `can't reach template ${vm.template} (${where})`,
    }
  }
  return { kind: 'fits', template: { vmid: copy.vmid, node: copy.node } }
}

const isShared = ({ storages }: ClusterSnapshot, name: string): boolean =>
  storages.some((storage) => storage.name === name && storage.shared)
const isActive = ({ storages }: ClusterSnapshot, node: string, name: string): boolean =>
  storages.some(
    (storage) => storage.node === node && storage.name === name && storage.active && storage.content.includes('images'),
  )
const isOnline = ({ nodes }: ClusterSnapshot, name: string): boolean =>
  nodes.some((node) => node.name === name && node.online)
const hasMemory = (vm: VmSpec, room: Room): boolean => room.freeMemoryBytes >= vm.memoryMiB * 1024 ** 2

/** 0.8 x available memory + 0.2 x free CPU, as fractions of the node's own. */
const scoreOf = ({ node, freeMemoryBytes, freeCores }: Room): number =>
  WEIGHTS.memory * (freeMemoryBytes / node.memoryBytes) + WEIGHTS.cpu * Math.max(0, freeCores / node.cores)

const gib = (bytes: number): string => (Math.max(0, bytes) / GIB).toFixed(1)
const memoryText = (vm: VmSpec): string => `${Number((vm.memoryMiB / 1024).toFixed(1))} GiB`
const compareNames = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
const refused = (reason: string, message: string): Placement => ({ kind: 'refused', finding: { reason, message } })
