import type { Condition } from '../condition.ts'
import { rangeNetworkOf } from '../identity.ts'
import { printable } from '../printable.ts'
import type { RangeStatus } from '../range-status.ts'

/** What is told of a range that became Ready, or failed. */
export interface Notification {
  readonly range: string
  readonly ready: boolean
  /** The condition's, one word. */
  readonly reason: string
  /** `range JD is Ready`. */
  readonly title: string
  /** The whole of it in one or two sentences; needs no title. */
  readonly message: string
  readonly number: number | undefined
  readonly vms: { readonly running: number; readonly total: number }
}

/** Longer messages are cut: every service has a limit, and a status has the whole. */
const LONGEST_MESSAGE = 1500

/** What to tell of a range whose `Ready` has turned. */
export function notificationOf({ id, number, vms }: RangeStatus, ready: Condition): Notification {
  const isReady = ready.status === 'True'
  const running = vms.filter(({ phase }) => phase === 'running').length
  const place = number === undefined ? '' : ` (number ${number}, ${rangeNetworkOf(number)})`
  const state = !isReady ? 'is not Ready' : ready.reason === 'Absent' ? 'is gone' : 'is Ready'
  const news = isReady
    ? ready.reason === 'Absent'
      ? 'nothing of it is left, as its file asks'
      : `${running} of ${vms.length} VMs are running`
    : `${ready.reason}: ${printable(ready.message, LONGEST_MESSAGE)}`
  return {
    range: id,
    ready: isReady,
    reason: ready.reason,
    title: `range ${id} ${state}`,
    message: `range ${id}${place} ${state}: ${news}`,
    number,
    vms: { running, total: vms.length },
  }
}
