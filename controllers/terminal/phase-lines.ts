import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import type { Paint } from './paint.ts'

/** What changed from one status of a range to the next, a line each, for logs and pipes. */
export function phaseLines(before: RangeStatus | undefined, after: RangeStatus, paint: Paint): readonly string[] {
  const vms = after.vms.flatMap((vm) => {
    const was = before?.vms.find(({ name }) => name === vm.name)
    if (was?.phase === vm.phase) return []
    const where = vm.node === undefined ? '' : ` on ${vm.node} (VMID ${vm.vmid})`
    const why = vm.trouble !== undefined ? `: ${vm.trouble}` : was === undefined ? `: ${vm.why}` : ''
    return [`${after.id}  ${vm.name}  ${vm.phase}${where}${why}`]
  })
  const [wasReady, isReady] = [before === undefined ? undefined : readyConditionOf(before), readyConditionOf(after)]
  const changed = wasReady?.status !== isReady?.status || wasReady?.reason !== isReady?.reason
  if (!changed || isReady === undefined) return vms
  const word =
    isReady.status === 'True'
      ? paint('green', 'Ready')
      : paint('yellow', `not Ready: ${isReady.reason}: ${isReady.message}`)
  return [...vms, `${after.id}  ${word}`]
}
