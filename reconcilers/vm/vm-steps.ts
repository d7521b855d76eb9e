import type { MachineRead } from '../../model/machine-ports.ts'
import { despiteRemoval, Outdated } from '../../model/permit.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { notesOf } from '../../model/vm-notes.ts'
import { type Marks, marksOf } from './marks.ts'
import { noNamesake } from './no-namesake.ts'
import { asSeen, lookAtMachine, type VmLook, type VmPlace } from './vm-look.ts'
import type { VmContext, VmWork } from './vm-work.ts'

/** So many unclear writes are answered by looking; one more ends the run, and the next pass plans anew. */
const UNCLEAR_WRITES_AT_MOST = 3

/** Whatever the last step did meanwhile, a run that was aborted or withdrawn does nothing more. */
export async function whileWanted<T>(work: VmWork, step: (work: VmWork) => Promise<T>): Promise<T> {
  work.permit.signal.throwIfAborted()
  work.permit.withdrawn.throwIfAborted()
  return step(work)
}

/**
 * For what gives a VM its tags. One that was cloned just now gets them even when its range is to go by then: without them it
 * would be left, as it could be anybody's.
 */
export const untilMarked = (work: VmWork): VmWork =>
  work.isOwnClone === undefined ? work : { ...work, permit: despiteRemoval(work.permit) }

const placeOf = ({ plan, node, networks }: VmWork): VmPlace => ({ node, vmid: plan.vmid, rangeId: networks.rangeId })

/** Looks at the VM as it is just now. */
export const lookAt = (work: VmWork): Promise<VmLook> => lookAtMachine(work, placeOf(work), work.permit.signal)

/** For a write that the last look led to: it is sent only while the VM is as it was then. */
export function onlyAsSeen({ work, look }: VmContext): VmWork {
  if (look === undefined) throw new Error('a VM that was not looked at is never written')
  return { ...work, permit: asSeen(look, work, placeOf(work), work.permit) }
}

/** For a clone: it is sent only while its pool has no other VM of its name. */
export function onlyIfAlone({ work, look }: VmContext): VmWork {
  const { plan, networks, planned, permit } = work
  const { name, otherNames } = plan.spec
  const newcomer = { names: [name, ...otherNames], rangeId: networks.rangeId, planned }
  return { ...work, permit: noNamesake(look, work, newcomer, permit) }
}

/** Clones the VM as its plan says; for a plan that creates it. */
export function cloneVm({ plan, node, networks, fullClone, machines, permit }: VmWork): Promise<void> {
  if (plan.step.kind !== 'create') throw new Error(`vm ${plan.spec.name}: cloning was not planned`)
  return machines.clone(
    {
      template: plan.step.template,
      vmid: plan.vmid,
      name: plan.spec.name,
      pool: networks.rangeId,
      description: notesOf(plan.spec, { vmid: plan.vmid, range: networks.rangeId, configured: false }),
      target: node,
      full: plan.spec.fullClone ? fullClone : undefined,
    },
    permit,
  )
}

/** What the VM's marks say just now; undefined where it was not read. */
export const marksIn = (read: MachineRead | undefined, { plan, networks }: VmWork): Marks | undefined =>
  read && marksOf(read, networks.rangeId, plan.isSpelled)

/** The write may have happened, or had before, or was not sent as the VM has changed: to be answered by a look. */
export const isUnclear = ({ unclearWrites }: VmContext, error: unknown): boolean =>
  unclearWrites < UNCLEAR_WRITES_AT_MOST &&
  (error instanceof Outdated || isProxmoxError(error, 'timeout-unknown-outcome', 'conflict'))

/** After a clone, whatever its outcome, the VM is only looked for: a second one is for the next pass to decide. */
export const onlyLook = (work: VmWork): VmWork => ({
  ...work,
  isOwnClone: true,
  plan: { ...work.plan, phase: 'configuring', step: { kind: 'continue', at: work.node, power: powerOf(work) } },
})

const powerOf = ({ plan: { step } }: VmWork): 'on' | 'off' => ('power' in step ? step.power : 'off')

/** The VM as read, where it can only have been there. */
export function present(read: MachineRead | undefined): MachineRead {
  if (read === undefined) throw new Error('a VM that was not read is never configured')
  return read
}
