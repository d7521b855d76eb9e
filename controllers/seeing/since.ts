import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(?:[0-9]+[smhd])+$/

/** `90s`, `5m`, `1h30m`, `2d` in milliseconds; undefined for anything else. */
export function millisecondsOf(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined
  return [...text.matchAll(/([0-9]+)([smhd])/g)].reduce(
    (sum, [, count = '0', unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  )
}

/** Ten years: what is said to be longer is a slip of the hand, and no calendar need go there. */
const LONGEST_MS = 3653 * 86_400_000

/** How long an option says. Throws `UserError` for what is no duration, or longer than ten years. */
export function durationGiven(option: string, text: string): number {
  const found = millisecondsOf(text)
  if (found !== undefined && found <= LONGEST_MS) return found
  if (found !== undefined) throw new UserError(`${option} ${printable(text)}: that is longer than ten years; name less`)
  throw new UserError(`${option} ${printable(text)}: it is no duration; write one such as 90s, 5m, 1h30m or 2d`)
}

/**
 * Since when an option says, in epoch milliseconds: so long ago, or a date or moment in ISO 8601. Throws `UserError` for anything else.
 */
export function momentGiven(option: string, text: string, now: number): number {
  const ago = millisecondsOf(text)
  if (ago !== undefined) return now - ago
  const at = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new UserError(
    `${option} ${printable(text)}: it is no time; write so long ago, such as 30m or 2h, or a moment, such as 2026-12-24T18:00:00+01:00`,
  )
}
