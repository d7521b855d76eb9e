import type { MachineRead } from '../../model/machine-ports.ts'
import { whyReadStays } from './why-guest-stays.ts'

/** What is next on a VM's way out. */
export type RemovalStep =
  | { readonly kind: 'gone' }
  /** Its guest is asked to go down. */
  | { readonly kind: 'shut-down' }
  /** Its plug is pulled. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'destroy' }
  | { readonly kind: 'stays'; readonly why: string }

/** A VM that is to go, as it was when that was planned. */
export interface DoomedVm {
  readonly rangeId: string
  readonly vmid: number
  readonly name: string | undefined
}

/**
 * What to do next with a VM that is to go, by what its node and its pool say just now: shut down, stop where that did not
 * help, delete. Whatever makes it look like somebody else's by now leaves it as it is.
 *
 * @param read undefined: there is no such VM on that node
 * @param inPool whether the range's pool still has it
 * @param refusedShutdown its guest did not go down in the time it was given
 */
export function removalStepOf(
  read: MachineRead | undefined,
  inPool: boolean,
  { rangeId, vmid, name }: DoomedVm,
  refusedShutdown: boolean,
): RemovalStep {
  if (read === undefined) return { kind: 'gone' }
  if (!inPool) return { kind: 'stays', why: `vm ${vmid} is no longer in pool ${rangeId}` }
  const [why] = whyReadStays(read, name, rangeId)
  if (why !== undefined) return { kind: 'stays', why }
  if (!read.running) return { kind: 'destroy' }
  // A guest that stands still hears nothing.
  return { kind: read.paused || refusedShutdown ? 'stop' : 'shut-down' }
}
