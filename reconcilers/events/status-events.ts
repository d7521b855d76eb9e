import type { Condition } from '../../model/condition.ts'
import type { EventNews } from '../../model/event-store.ts'
import { stateOf } from '../../model/range-state.ts'
import { type RangeStatus, readyConditionOf, type VmStatus } from '../../model/range-status.ts'
import type { VmPhase } from '../../model/vm-phase.ts'

/** What was told of a range before. */
export interface StatusBefore {
  readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason'>[]
  /** Left out where an earlier life told it. */
  readonly vms?: readonly VmStatus[]
}

/**
 * What happened to a range, by what is told of it before and after. Each VM's steps, each trouble and each state of the range is told
 * when it begins; that a range goes on being in a state is no event.
 */
export function statusEvents(before: StatusBefore | undefined, after: RangeStatus): readonly EventNews[] {
  return [...rangeEvents(before, after), ...heldEvents(before, after), ...vmEvents(before, after)]
}

/** A range is no more, and told of nowhere any longer. */
export const forgottenEvent = (range: string): EventNews => ({
  type: 'Normal',
  reason: 'Forgotten',
  message: `range ${range}: it has no file, and nothing of it is left`,
  object: { kind: 'Range', name: range },
  range,
})

function rangeEvents(before: StatusBefore | undefined, after: RangeStatus): readonly EventNews[] {
  const ready = readyConditionOf(after)
  const earlier = before?.conditions.find(({ type }) => type === 'Ready')
  const state = stateOf(ready)
  if (ready === undefined || (earlier !== undefined && stateOf(earlier) === state && earlier.reason === ready.reason))
    return []
  const about = { object: { kind: 'Range', name: after.id }, range: after.id, ...revisionOf(after) } as const
  switch (state) {
    case 'Ready':
    case 'Absent':
      return [{ ...about, type: 'Normal', reason: ready.reason, message: ready.message }]
    case 'Suspended':
      return [{ ...about, type: 'Normal', reason: ready.reason, message: ready.message }]
    case 'Progressing':
      // Each beginning of work, not each of its steps, which VMs tell.
      return earlier === undefined || stateOf(earlier) === 'Progressing'
        ? []
        : [{ ...about, type: 'Normal', reason: 'Progressing', message: `range ${after.id}: ${ready.message}` }]
    case 'NotReady':
      return [{ ...about, type: 'Warning', reason: ready.reason, message: ready.message }]
    case 'Unknown':
      return ready.reason === 'Pending'
        ? []
        : [{ ...about, type: 'Warning', reason: ready.reason, message: ready.message }]
  }
}

/** Why what a file says now is not acted on. */
function heldEvents(before: StatusBefore | undefined, after: RangeStatus): readonly EventNews[] {
  const now = after.conditions.find(({ type }) => type === 'UpToDate')
  const earlier = before?.conditions.find(({ type }) => type === 'UpToDate')
  if (now === undefined || now.status === 'True' || now.reason === earlier?.reason) return []
  const { reason, message } = now
  const type = reason === 'Invalid' ? 'Warning' : 'Normal'
  return [{ type, reason, message, object: { kind: 'Range', name: after.id }, range: after.id }]
}

/** Phases that are told when a VM comes into them, with the event's reason. */
const TOLD: Readonly<Partial<Record<VmPhase, string>>> = {
  cloning: 'Cloning',
  configuring: 'Configuring',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  stopped: 'Stopped',
  deleting: 'Deleting',
}

function vmEvents(before: StatusBefore | undefined, after: RangeStatus): readonly EventNews[] {
  // What a first look finds is there has not happened just now.
  if (before?.vms === undefined) return []
  const earlier = new Map(before.vms.map((vm) => [vm.name, vm]))
  return after.vms.flatMap((vm) => {
    const was = earlier.get(vm.name)
    return [...phaseEvents(was, vm, after.id), ...troubleEvents(was, vm, after.id)]
  })
}

function phaseEvents(was: VmStatus | undefined, vm: VmStatus, range: string): readonly EventNews[] {
  const reason = TOLD[vm.phase]
  if (reason === undefined || was === undefined || was.phase === vm.phase) return []
  // It was there all the time, and nobody knew.
  if (was.phase === 'unknown' && (vm.phase === 'running' || vm.phase === 'stopped')) return []
  const where = vm.node === undefined ? '' : ` on ${vm.node}`
  const why = vm.phase === 'cloning' ? `: ${vm.why}` : ''
  const message = `vm ${vm.name}: ${vm.phase}${where}${why}`
  return [{ type: 'Normal', reason, message, object: { kind: 'Vm', name: vm.name }, range }]
}

function troubleEvents(was: VmStatus | undefined, vm: VmStatus, range: string): readonly EventNews[] {
  if (vm.trouble === undefined || was?.trouble === vm.trouble) return []
  const reason = vm.reason ?? 'VmTrouble'
  return [{ type: 'Warning', reason, message: vm.trouble, object: { kind: 'Vm', name: vm.name }, range }]
}

function revisionOf({ revisions }: RangeStatus): { readonly revision?: string } {
  const commit = revisions?.actedOn?.commit?.id
  return commit === undefined ? {} : { revision: commit }
}
