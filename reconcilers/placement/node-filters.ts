import type { PlanSettings } from '../../model/plan-settings.ts'
import type { TemplateChoice } from '../../model/plan/vm-plan.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { TemplateSeen } from '../../model/snapshot.ts'
import { type Capacity, freeSpace, type Room } from './capacity.ts'
import type { Demand } from './demand.ts'
import type { Site } from './site.ts'
import { type BoundWishes, brokenWish, type Whereabouts } from './wishes.ts'

/** A VM that does not exist yet and needs a node. */
export interface Request {
  readonly rangeId: string
  readonly vm: VmSpec
  readonly vmid: number
  /** `defaults.target_node`. */
  readonly rangeTargetNode: string | undefined
  readonly demand: Demand
  readonly wishes: BoundWishes
  /** `proxmox_node`, taken when nothing else decides; on a single node, that one. */
  readonly defaultNode: string
  /** Node -> why no VM of the range can be placed there. */
  readonly unreached: ReadonlyMap<string, string>
  /** Node -> why it is taken only where no other fits, as the end of a sentence about the node. */
  readonly avoided: ReadonlyMap<string, string>
}

/** The filter that leaves a node out, and what a sentence about it needs. `memory` is the last one asked. */
export type Unfit =
  | { readonly filter: 'online' }
  | { readonly filter: 'maintenance' }
  | { readonly filter: 'zone'; readonly why: string }
  | { readonly filter: 'template'; readonly template: string; readonly copies: readonly TemplateSeen[] }
  | { readonly filter: 'storage'; readonly storage: string }
  | { readonly filter: 'not shared'; readonly storage: string; readonly from: TemplateChoice }
  | { readonly filter: 'space'; readonly storage: string; readonly freeBytes: number; readonly neededBytes: number }
  | { readonly filter: 'cores'; readonly has: number; readonly needed: number }
  | { readonly filter: 'wish'; readonly why: string }
  | {
      readonly filter: 'memory'
      readonly freeBytes: number
      readonly neededBytes: number
      readonly headroomBytes: number
      readonly template: TemplateChoice
    }

/** Where a VM would be cloned from on a node, or why the node is left out. */
export type Fit =
  | { readonly template: TemplateChoice; readonly unfit: undefined }
  | { readonly template: undefined; readonly unfit: Unfit }

/** What the filters look at besides the VM and the node. */
export interface Surroundings {
  readonly site: Site
  readonly capacity: Capacity
  readonly whereabouts: Whereabouts
  /** VMs not placed yet that have to be on the same node. */
  readonly companions: readonly Request[]
  readonly settings: Pick<PlanSettings, 'storage' | 'placement'>
}

/** Asks the filters in turn whether a node can take a VM, memory last. */
export function fitOf(request: Request, room: Room, around: Surroundings): Fit {
  const fit = fitOfOne(request, room, around)
  if (fit.unfit !== undefined) return fit
  const { companions } = around
  let neededBytes = request.demand.memoryBytes
  for (const companion of companions) {
    neededBytes += companion.demand.memoryBytes
    const why = whyNotBoth(companion, room, around)
    if (why !== undefined) return unfit({ filter: 'wish', why })
  }
  const headroomBytes = (around.settings.placement.memoryHeadroomPercent / 100) * room.node.memoryBytes
  return room.freeMemoryBytes - headroomBytes >= neededBytes
    ? fit
    : unfit({ filter: 'memory', freeBytes: room.freeMemoryBytes, neededBytes, headroomBytes, template: fit.template })
}

function fitOfOne({ vm, demand, wishes, unreached }: Request, { node }: Room, around: Surroundings): Fit {
  if (!node.online) return unfit({ filter: 'online' })
  if (node.maintenance) return unfit({ filter: 'maintenance' })
  const zone = unreached.get(node.name)
  if (zone !== undefined) return unfit({ filter: 'zone', why: zone })
  const { site, capacity, whereabouts } = around
  const reach = site.templateFor(vm.template, node.name)
  if (reach.kind !== 'reachable')
    return unfit({ filter: 'template', template: vm.template, copies: reach.kind === 'missing' ? [] : reach.copies })
  if (demand.disk !== undefined) {
    const { storage, bytes } = demand.disk
    if (!site.holdsDisks(node.name, storage)) return unfit({ filter: 'storage', storage })
    // Proxmox refuses a clone to another node onto a storage that each node has of its own.
    if (reach.template.node !== node.name && !site.isShared(storage))
      return unfit({ filter: 'not shared', storage, from: reach.template })
    const freeBytes = freeSpace(capacity, storage, node.name) ?? 0
    if (freeBytes < bytes) return unfit({ filter: 'space', storage, freeBytes, neededBytes: bytes })
  }
  if (node.cores < vm.cpus) return unfit({ filter: 'cores', has: node.cores, needed: vm.cpus })
  const why = brokenWish(wishes, node.name, whereabouts)
  if (why !== undefined) return unfit({ filter: 'wish', why })
  return { template: reach.template, unfit: undefined }
}

/** Why a VM that has to share the node can't go there, as the end of a sentence about the node. */
function whyNotBoth(companion: Request, room: Room, around: Surroundings): string | undefined {
  const named = companion.vm.targetNode ?? companion.rangeTargetNode
  const { name } = companion.vm
  if (named !== undefined && named !== room.node.name)
    return `is not the target_node (${named}) of ${name}, and together_with it is required`
  const { unfit } = fitOfOne(companion, room, around)
  return unfit === undefined
    ? undefined
    : `${unfitText(unfit)}, which ${name} needs as well: together_with it is required`
}

/** Why a node is left out, as the end of a sentence about the node. */
export function unfitText(unfit: Unfit): string {
  switch (unfit.filter) {
    case 'online':
      return 'is offline'
    case 'maintenance':
      return 'is in maintenance'
    case 'zone':
    case 'wish':
      return unfit.why
    case 'template':
      return unfit.copies.length === 0
        ? `lacks template ${unfit.template}`
        : `can't reach template ${unfit.template} (${unfit.copies.map(copyText).join('; ')})`
    case 'storage':
      return `lacks storage ${unfit.storage}`
    case 'not shared':
      return `has a storage ${unfit.storage} of its own, to which Proxmox clones nothing from ${unfit.from.node}, where template VM ${unfit.from.vmid} is; put a copy of the template on it, or set proxmox_vm_storage_pool to a shared storage`
    case 'space':
      return `has ${gib(unfit.freeBytes)} GiB left on storage ${unfit.storage}, and a full clone takes ${gib(unfit.neededBytes)}`
    case 'cores':
      return `has ${unfit.has} cores, fewer than the VM's ${unfit.needed}`
    case 'memory':
      return `has ${gib(unfit.freeBytes)} GiB free${unfit.headroomBytes === 0 ? '' : ` and keeps ${gib(unfit.headroomBytes)} as headroom`}`
  }
}

const copyText = ({ vmid, node, storages, cdStorages, unread }: TemplateSeen): string => {
  if (unread !== undefined) return `VM ${vmid} on ${node}, whose configuration can't be read: ${unread}`
  const cd = cdStorages.length === 0 ? '' : ` and a CD of ${cdStorages.join(' and ')} in its drive`
  return `VM ${vmid} on ${node}, storage ${storages.join(' and ')}${cd}`
}

const GIB = 1024 ** 3

/** Bytes as GiB with one digit; what is overdrawn shows as none. */
export const gib = (bytes: number): string => (Math.max(0, bytes) / GIB).toFixed(1)

const unfit = (why: Unfit): Fit => ({ template: undefined, unfit: why })
