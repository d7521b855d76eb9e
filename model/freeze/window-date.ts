import { momentInZone } from './cron-beginnings.ts'

/** What a text says as the beginning or the end of a window: what is wrong with it follows its name. */
export type WindowDateRead =
  | { readonly kind: 'usable'; readonly at: number }
  | { readonly kind: 'unusable'; readonly finding: string }

const DATE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?$/

/** The pattern, for the schema. */
export const WINDOW_DATE = DATE

/**
 * Reads `2026-12-24`, `2026-12-24T18:00` or `2026-12-24T18:00+01:00`. Without an offset it is what clocks in the zone show. A date alone
 * is that whole day: its first moment where something begins, and the first of the next day where something ends.
 */
export function readWindowDate(text: string, zone: string, side: 'begins' | 'ends'): WindowDateRead {
  const [, ...parts] = DATE.exec(text) ?? []
  const offset = parts[6]
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0))
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const isThere = new Date(utc).toISOString().startsWith(text.slice(0, 10)) && hour < 24 && minute < 60 && second < 60
  if (!isThere) return { kind: 'unusable', finding: 'is not in the calendar' }
  if (offset !== undefined) return atOffset(utc, offset)
  const isWholeDay = parts[3] === undefined
  const next = new Date(utc + 86_400_000)
  const at =
    isWholeDay && side === 'ends'
      ? momentInZone([next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate(), 0, 0, 0], zone)
      : momentInZone([year, month, day, hour, minute, second], zone)
  return at === undefined
    ? { kind: 'unusable', finding: `is a day that clocks in ${zone} skip` }
    : { kind: 'usable', at }
}

function atOffset(utc: number, offset: string): WindowDateRead {
  if (offset === 'Z') return { kind: 'usable', at: utc }
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number)
  if (hours > 14 || minutes > 59) return { kind: 'unusable', finding: 'has an offset that no zone has' }
  const ahead = (hours * 60 + minutes) * 60_000
  return { kind: 'usable', at: offset.startsWith('-') ? utc + ahead : utc - ahead }
}
