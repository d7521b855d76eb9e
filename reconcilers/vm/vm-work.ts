import type { Outcome } from '../../model/outcome.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { MachineRead, Machines, Pools } from '../../model/machine-ports.ts'
import type { Permit } from '../../model/permit.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { RangeNetworks } from './config-patch.ts'
import type { VmLook } from './vm-look.ts'

/** What one VM's machine works with. */
export interface VmWork {
  readonly plan: VmPlan
  /** Where the VM is, or will be created. */
  readonly node: string
  readonly networks: RangeNetworks
  /** VMIDs of all VMs of the range's plan. */
  readonly planned: ReadonlySet<number>
  /** Where full clones go. */
  readonly fullClone: { readonly storage: string; readonly format: string }
  readonly machines: Machines
  readonly pools: Pick<Pools, 'read'>
  /** A steady clock, in milliseconds. */
  readonly now: () => number
  /** Resolves as soon as it is known why the VM must not be started, as what its node is or does; undefined: it may. */
  readonly holdStart: () => Promise<string | undefined>
  /** It was cloned just now, so that its tags, and with them its configuration, are still to come. */
  readonly isOwnClone?: true
  /** Asked before each write; nothing is begun once it is withdrawn. */
  readonly permit: Permit
}

/** What is known while one VM is worked on. */
export interface VmContext {
  readonly work: VmWork
  /** The VM as last read; undefined when Proxmox said there is none. */
  readonly read: MachineRead | undefined
  /** The look that told it; undefined before the first. */
  readonly look: VmLook | undefined
  /** How many writes so far got no answer, or were refused because they had happened already. */
  readonly unclearWrites: number
  /** The last of them, as a sentence: what kept a VM from being there that is not. */
  readonly unclear: string | undefined
  readonly result: VmResult
}

/** How far a VM got, and when to look again. */
export interface VmResult {
  readonly phase: VmPhase
  readonly outcome: Outcome
}
