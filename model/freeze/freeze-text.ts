import type { Freeze } from './freeze-on.ts'
import { type FreezeWindow, windowName } from './freeze-window.ts'
import { stretchAt } from './window-stretch.ts'

/** A moment as clocks in a zone show it, to the minute: `Fri 2026-12-04 18:00 Europe/Berlin`. */
function momentText(at: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part['weekday']} ${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']} ${zone}`
}

/** `the freeze window the exam, until Tue 2026-12-01 18:00 UTC`. */
export function freezeText({ names, until, zone }: Freeze): string {
  const windows = names.length === 1 ? `the freeze window ${names[0]}` : `the freeze windows ${names.join(' and ')}`
  return `${windows}, ${until === undefined ? 'with no end' : `until ${momentText(until, zone)}`}`
}

/** A window in one line: when it is, which ranges it holds, and what goes on. */
export function windowText(window: FreezeWindow, now: number): string {
  const { zone, ranges, allow } = window
  const text = (at: number | undefined): string => (at === undefined ? 'for ever' : momentText(at, zone))
  const { isOpen, until } = stretchAt(window, now)
  const next = isOpen
    ? `in force until ${text(until)}`
    : until === undefined
      ? 'over'
      : `next from ${text(until)} until ${text(stretchAt(window, until).until)}`
  const about = ranges.includes('*') ? 'all ranges' : ranges.join(', ')
  return `${windowName(window)}: ${next}; ${about}${allow.length === 0 ? '' : `; goes on: ${allow.join(', ')}`}`
}
