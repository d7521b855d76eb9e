import { Cron } from 'croner'

/**
 * The moments that a cron expression names, in epoch milliseconds. A time of day that the clock skips counts as the moment at which
 * it jumps, and one that it shows twice counts the first time: of a list of hours as of one. With `*` for the hour each hour that
 * passes counts.
 */
export interface CronBeginnings {
  /** The last at or before a moment; undefined when there is none. */
  last(at: number): number | undefined
  /** The first after a moment; undefined when there is none. */
  next(after: number): number | undefined
}

/** What became of reading a cron expression: what is wrong with it follows its name. */
export type CronRead =
  | { readonly kind: 'usable'; readonly beginnings: CronBeginnings }
  | { readonly kind: 'unusable'; readonly finding: string }

/** Its own words for what would be a sentence of the library. */
const FIVE = 'must be five fields: minute, hour, day of the month, month, day of the week, such as 0 22 * * FRI'

/**
 * Reads five fields as Vixie cron does, or `@daily`, `@weekly`, `@monthly`, `@yearly`. Its minute is one number: what begins
 * more often than hourly names no beginning, but a time to be in.
 *
 * @param zone an IANA time zone that there is
 */
export function readCron(text: string, zone: string): CronRead {
  const fields = text.trim().split(/\s+/)
  if (!text.startsWith('@') && fields.length !== 5) return { kind: 'unusable', finding: FIVE }
  if (!text.startsWith('@') && !/^[0-9]{1,2}$/.test(fields[0] ?? ''))
    return {
      kind: 'unusable',
      finding: 'must have one number as its minute: cron says when the window begins, and `for` how long it lasts',
    }
  const read = cronOf(text.trim(), zone)
  if (read === undefined) return { kind: 'unusable', finding: FIVE }
  const beginnings = momentsOf(read)
  return beginnings.next(LEAP_YEAR) === undefined
    ? { kind: 'unusable', finding: 'names no moment that ever comes: no month has that day' }
    : { kind: 'usable', beginnings }
}

/** Any moment right before a leap day, so that one is looked at. */
const LEAP_YEAR = Date.UTC(2024, 0, 1)

function cronOf(text: string, timezone: string): Cron | undefined {
  try {
    return new Cron(text, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard' })
  } catch {
    return undefined
  }
}

const momentsOf = (cron: Cron): CronBeginnings => ({
  // croner looks before its argument, in whole seconds.
  last: (at) => cron.previousRuns(1, new Date(Math.floor(at) + 1))[0]?.getTime(),
  next: (after) => cron.nextRun(new Date(after))?.getTime(),
})

/**
 * The moment at which clocks in a zone show a date and time, in epoch milliseconds, by the rule above; undefined where they skip
 * that whole day. The date must be one of the calendar.
 *
 * @param date year, month (from 1), day, hour, minute, second
 */
export function momentInZone(date: readonly [number, number, number, number, number, number], zone: string) {
  const [year, month, day, hour, minute, second] = date
  const cron = new Cron(`${second} ${minute} ${hour} ${day} ${month} * ${year}`, {
    timezone: zone,
    mode: '7-part',
    fixedTimeRule: 'no-wildcard',
  })
  return cron.nextRun(new Date(Date.UTC(year, month - 1, day) - 3 * 86_400_000))?.getTime()
}
