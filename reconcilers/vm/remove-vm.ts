import type { Machines, Pools } from '../../model/machine-ports.ts'
import { Outdated, type Permit } from '../../model/permit.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { didNotGoDown, SHUTDOWN_SECONDS } from './shutdown.ts'
import { type DoomedVm, removalStepOf } from './removal-step.ts'
import { asSeen, lookAtMachine } from './vm-look.ts'

/** What removing one VM works with. */
export interface VmRemoval {
  readonly vm: DoomedVm
  readonly node: string
  readonly machines: Pick<Machines, 'read' | 'shutdown' | 'stop' | 'destroy'>
  readonly pools: Pick<Pools, 'read'>
  /** A steady clock, in milliseconds. */
  readonly now: () => number
  /** Asked before each write; nothing is begun once it is withdrawn. */
  readonly permit: Permit
}

/** How far it got. */
export type VmRemoved =
  | { readonly kind: 'gone' }
  /** It is not touched any more: it looks like somebody else's, or must not go, by now. */
  | { readonly kind: 'stays'; readonly why: string }

/** So many writes take any VM from running to gone, those without an answer included. */
const WRITES_AT_MOST = 8

/**
 * Shuts one VM down, or stops it where its guest does not, and deletes it. Looks at the VM and its pool right before each
 * time a write is sent, and again after one whose outcome is unknown. Throws what Proxmox refuses, when aborted, and when withdrawn.
 *
 * @param onPhase told of each phase as it is entered
 */
export async function removeVm(work: VmRemoval, onPhase: (phase: VmPhase) => void): Promise<VmRemoved> {
  let refusedShutdown = false
  for (let writes = 0; ; writes += 1) {
    const { vm, node, permit } = work
    permit.signal.throwIfAborted()
    permit.withdrawn.throwIfAborted()
    const place = { node, vmid: vm.vmid, rangeId: vm.rangeId }
    const look = await lookAtMachine(work, place, permit.signal)
    permit.signal.throwIfAborted()
    const step = removalStepOf(look.read, look.inPool, vm, refusedShutdown)
    if (step.kind === 'gone' || step.kind === 'stays') return step
    if (writes >= WRITES_AT_MOST)
      throw new Error(`VM ${vm.vmid} on ${node} is still there after ${writes} attempts to remove it`)
    onPhase(step.kind === 'destroy' ? 'deleting' : 'stopping')
    try {
      await write(step.kind, { ...work, permit: asSeen(look, work, place, permit) })
    } catch (error) {
      permit.signal.throwIfAborted()
      if (error instanceof Outdated) continue
      if (step.kind === 'shut-down' && didNotGoDown(error)) refusedShutdown = true
      else if (!isProxmoxError(error, 'timeout-unknown-outcome', 'conflict', 'not-found')) throw error
    }
  }
}

function write(kind: 'shut-down' | 'stop' | 'destroy', { vm, node, machines, permit }: VmRemoval): Promise<void> {
  switch (kind) {
    case 'shut-down':
      return machines.shutdown(node, vm.vmid, SHUTDOWN_SECONDS, permit)
    case 'stop':
      return machines.stop(node, vm.vmid, permit)
    case 'destroy':
      return machines.destroy(node, vm.vmid, permit)
  }
}
