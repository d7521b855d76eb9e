import type { VmTask } from '../../model/reboot-ports.ts'

/** Why a VM is off that Lanista has asked to reboot. */
export type WhyOff =
  /** It went down for that, and has not come up since: it is brought up. */
  | 'rebooting'
  /** It came up, or somebody has stopped it since: that is as they want it. */
  | 'stopped since'
  /** Its node remembers no reboot: it never got there, and somebody else has stopped the VM. */
  | 'never rebooted'

/** By the tasks of its node alone, which have an order, so that no clocks are compared. @param tasks the latest first */
export function whyOff(tasks: readonly VmTask[]): WhyOff {
  const at = tasks.findIndex(({ type }) => type === 'qmreboot')
  if (at < 0) return 'never rebooted'
  return tasks.slice(0, at).some(isEndOfIt) ? 'stopped since' : 'rebooting'
}

const isEndOfIt = ({ type, end }: VmTask): boolean =>
  STARTS.has(type) ? end === 'OK' || /^WARNINGS: \d+$/.test(end ?? '') : STOPS.has(type)

const STARTS: ReadonlySet<string> = new Set(['qmstart'])
const STOPS: ReadonlySet<string> = new Set(['qmstop', 'qmshutdown', 'qmsuspend', 'hastop'])
