/**
 * When a task began, in epoch milliseconds by the clock of its node: the fifth field of its UPID, in seconds and hexadecimal.
 * NaN for what is no UPID.
 */
export const startOfTask = (upid: string): number => Number.parseInt(upid.split(':')[4] ?? '', 16) * 1000

/** The node that a task runs on; empty for what is no UPID. */
export const nodeOfTask = (upid: string): string => upid.split(':')[1] ?? ''

/** Of two tasks of one node: negative when the first began before the other, 0 when nobody can tell. */
export const compareStarts = (one: string, other: string): number =>
  startOfTask(one) - startOfTask(other) || ticksOf(one) - ticksOf(other) || 0

/** Hundredths of a second since the node was started: the fourth field. */
const ticksOf = (upid: string): number => Number.parseInt(upid.split(':')[3] ?? '', 16)
