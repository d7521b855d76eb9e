import { type CronBeginnings, readCron } from './cron-beginnings.ts'
import type { FreezeWindow } from './freeze-window.ts'
import { joinedEnd } from './joined-end.ts'
import { readWindowDate } from './window-date.ts'

/** For how long from a moment on a window is open, or isn't. */
export interface Stretch {
  readonly isOpen: boolean
  /** The first moment after it, in epoch milliseconds; undefined when there is none, as far as is looked. */
  readonly until: number | undefined
}

/** When a window is open. */
type Times =
  | { readonly kind: 'cron'; readonly beginnings: CronBeginnings; readonly lasts: number }
  | { readonly kind: 'dates'; readonly from: number; readonly until: number }
  /** What the schema refuses. */
  | { readonly kind: 'never' }

const timesOf = new WeakMap<FreezeWindow, Times>()
/** The last answer for each window, as whoever asks mostly asks for the same stretch. */
const last = new WeakMap<FreezeWindow, { readonly asked: number; readonly stretch: Stretch }>()

/** Whether a window is open at a moment, and when that changes. Beginnings that touch or overlap are one. */
export function stretchAt(window: FreezeWindow, now: number): Stretch {
  const before = last.get(window)
  if (before !== undefined && before.asked <= now && now < (before.stretch.until ?? Infinity)) return before.stretch
  const times = timesOf.get(window) ?? readTimes(window)
  timesOf.set(window, times)
  const stretch = stretchOf(times, now)
  last.set(window, { asked: now, stretch })
  return stretch
}

function stretchOf(times: Times, now: number): Stretch {
  switch (times.kind) {
    case 'never':
      return { isOpen: false, until: undefined }
    case 'dates':
      if (now < times.from) return { isOpen: false, until: times.from }
      return now < times.until ? { isOpen: true, until: times.until } : { isOpen: false, until: undefined }
    case 'cron': {
      const { beginnings, lasts } = times
      const began = beginnings.last(now)
      if (began === undefined || began + lasts <= now) return { isOpen: false, until: beginnings.next(now) }
      return { isOpen: true, until: joinedEnd(beginnings, lasts, began) }
    }
  }
}

function readTimes({ cron, for: lasts, from, until, zone }: FreezeWindow): Times {
  if (cron !== undefined && lasts !== undefined) {
    const read = readCron(cron, zone)
    return read.kind === 'usable' ? { kind: 'cron', beginnings: read.beginnings, lasts } : { kind: 'never' }
  }
  if (from === undefined || until === undefined) return { kind: 'never' }
  const [begins, ends] = [readWindowDate(from, zone, 'begins'), readWindowDate(until, zone, 'ends')]
  return begins.kind === 'usable' && ends.kind === 'usable'
    ? { kind: 'dates', from: begins.at, until: ends.at }
    : { kind: 'never' }
}
