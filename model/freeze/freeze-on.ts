import { type FreezeAllowed, type FreezeWindow, windowName } from './freeze-window.ts'
import { matchesGlob } from './range-glob.ts'
import { stretchAt } from './window-stretch.ts'

/** What holds a range now. */
export interface Freeze {
  /**
   * The first moment at which no window holds the range any more, in epoch milliseconds: windows that overlap or touch are one.
   * Undefined when there is none, as far as is looked.
   */
  readonly until: number | undefined
  /** What the windows are called that are open now, in the order of the configuration. */
  readonly names: readonly string[]
  /** Of the first of those: the zone in which people are told the time. */
  readonly zone: string
  /** What all of those let go on. */
  readonly allow: ReadonlySet<FreezeAllowed>
}

/** Windows that take turns are followed so many times, and no further. */
const MOST_TURNS = 200

/** Whether a window is about a range. */
export const holds = ({ ranges }: FreezeWindow, rangeId: string): boolean =>
  ranges.some((glob) => matchesGlob(glob, rangeId))

/**
 * What holds a range at a moment; undefined when nothing does. A window is open from its first moment on, and not any more at its
 * end.
 */
export function freezeOn(windows: readonly FreezeWindow[], rangeId: string, now: number): Freeze | undefined {
  const own = windows.filter((window) => holds(window, rangeId))
  const open = own.filter((window) => stretchAt(window, now).isOpen)
  const [first] = open
  if (first === undefined) return undefined
  const allowed = new Set(first.allow)
  for (const { allow } of open) for (const each of allowed) if (!allow.includes(each)) allowed.delete(each)
  return { until: endOfAll(own, now), names: open.map(windowName), zone: first.zone, allow: allowed }
}

/** The first moment from `now` on at which none of the windows is open. */
function endOfAll(windows: readonly FreezeWindow[], now: number): number | undefined {
  let at = now
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const ends = windows.map((window) => stretchAt(window, at)).filter(({ isOpen }) => isOpen)
    if (ends.length === 0) return at
    const next = ends.map(({ until }) => until ?? Infinity)
    at = Math.max(...next)
    if (at === Infinity) return undefined
  }
  return undefined
}

/** When the next window opens or ends after a moment, in epoch milliseconds: what is held may be another then. Undefined: never. */
export function nextChange(windows: readonly FreezeWindow[], now: number): number | undefined {
  const changes = windows.flatMap((window) => stretchAt(window, now).until ?? [])
  return changes.length === 0 ? undefined : Math.min(...changes)
}
