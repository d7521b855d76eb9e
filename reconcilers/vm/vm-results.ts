import type { VmPhase } from '../../model/vm-phase.ts'
import { outcomeOfError } from '../outcome-of-error.ts'
import { MOVE_IT, renameRemedy } from './find-guest.ts'
import { leftoverMessage } from './interrupted-clone.ts'
import { marksLacking } from './marks.ts'
import { lockedMessage } from './plan-existing-vm.ts'
import { refusedVlanText, vnetRefusing } from './refused-vlan.ts'
import { didNotGoDown, SHUTDOWN_SECONDS } from './shutdown.ts'
import { present } from './vm-steps.ts'
import type { VmContext, VmResult, VmWork } from './vm-work.ts'

/** It runs, as its range file asks. */
export const RUNNING: VmResult = { phase: 'running', outcome: { kind: 'settled' } }

/** It is off, as its range file asks. */
export const STOPPED: VmResult = { phase: 'stopped', outcome: { kind: 'settled' } }

/** What was in its place is gone, and it is yet to be made. */
export const GONE: VmResult = { phase: 'absent', outcome: { kind: 'progressing' } }

/** A clone ends by itself soon; another lock may be held for hours, or for good. */
export const locked = ({ work, read }: VmContext): VmResult =>
  read?.lock === 'clone'
    ? { phase: 'cloning', outcome: { kind: 'progressing' } }
    : retry('unknown', lockedMessage(work.plan.spec.name, read?.lock ?? '', { vmid: work.plan.vmid, node: work.node }))

/** The VMID is somebody else's: nothing is done with that guest. */
export const stranger = ({ work: { plan, node }, read, look }: VmContext): VmResult => {
  const { vmid } = plan
  const known = read?.name
  const remedy = known !== undefined && look?.inPool === true ? renameRemedy(plan.spec.name, { vmid, node }) : MOVE_IT
  const error = `vm ${plan.spec.name}: VMID ${vmid} belongs to ${known ?? 'a nameless guest'}; ${remedy}`
  return { phase: 'blocked', outcome: { kind: 'stalled', error } }
}

/** What an interrupted clone left is in the way. */
export const leftover = ({ work: { plan, node } }: VmContext): VmResult =>
  retry('blocked', leftoverMessage(plan.spec.name, { vmid: plan.vmid, node }))

/** For a VM that is not where the plan saw it. */
export const notFoundMessage = ({ work: { plan, node }, unclear }: Pick<VmContext, 'work' | 'unclear'>): string =>
  unclear === undefined
    ? `vm ${plan.spec.name}: not found on ${node} just now; looking again`
    : `vm ${plan.spec.name}: not found on ${node}, after this: ${unclear}`

/** An error as the end of a sentence about a VM. */
export function wordsOf(error: unknown): string | undefined {
  const outcome = outcomeOfError(error)
  return 'error' in outcome ? outcome.error : undefined
}

/** For a VM that somebody has taken out of its range's pool: whose it is now is for the next look at the cluster. */
export const notInPoolMessage = ({ plan, networks: { rangeId } }: VmWork): string =>
  `vm ${plan.spec.name}: VM ${plan.vmid} is no longer in pool ${rangeId}, so nothing is done with it; put it back if it is the range's: pvesh set /pools/${rangeId} --vms ${plan.vmid}`

/** For a VM whose node has not got its networks yet. */
export const heldMessage = ({ plan, node }: VmWork, why: string): string =>
  `vm ${plan.spec.name}: it is not started yet, because its node ${node} ${why}`

/** For a running VM that would be shut down if it were still marked as the range's. */
export function unmarkedMessage({ work: { plan, networks }, read }: VmContext): string {
  const { finding, remedy } = marksLacking(present(read), networks.rangeId)
  return `vm ${plan.spec.name}: it ${finding}, so it is not shut down; if it is the range's, ${remedy}, or shut it down yourself`
}

/** A guest that did not go down in time is asked again, and never forced. */
export function notShutDown(context: VmContext, error: unknown): VmResult {
  const { plan, node } = context.work
  if (!didNotGoDown(error)) return failed(context, error, 'stopping')
  return retry(
    'stopping',
    `vm ${plan.spec.name}: its guest did not shut down within ${SHUTDOWN_SECONDS} s and is asked again, never forced; shut it down from inside, or stop it on ${node}: qm stop ${plan.vmid}`,
  )
}

/** It goes no further for now, and may later. */
export const retry = (phase: VmPhase, error: string): VmResult => ({ phase, outcome: { kind: 'retry', error } })

/** The end of a run that an error ended, told with the VM's name. */
export function failed({ work, read, result }: VmContext, error: unknown, phase: VmPhase = result.phase): VmResult {
  const outcome = outcomeOfError(error)
  if (!('error' in outcome)) return { phase, outcome }
  const vnet = vnetRefusing(outcome.error)
  const why = vnet === undefined || read === undefined ? undefined : refusedVlanText(read, vnet)
  const told = why === undefined ? outcome.error : `${why} (${outcome.error})`
  return { phase, outcome: { ...outcome, error: `vm ${work.plan.spec.name}: ${told}` } }
}
