const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something is, in milliseconds, as people of Kubernetes know it: `45s`, `5m30s`, `42m`, `3h12m`, `13h`, `2d5h`, `12d`. */
export function ageText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '-'
  // A clock that is a little ahead makes nothing of the future.
  const age = Math.max(0, milliseconds)
  const whole = (unit: number): number => Math.floor(age / unit)
  const both = (unit: number, letter: string, part: number, its: string): string => {
    const rest = Math.floor((age % unit) / part)
    return rest === 0 ? `${whole(unit)}${letter}` : `${whole(unit)}${letter}${rest}${its}`
  }
  if (age < 2 * MINUTE) return `${whole(SECOND)}s`
  if (age < 10 * MINUTE) return both(MINUTE, 'm', SECOND, 's')
  if (age < 2 * HOUR) return `${whole(MINUTE)}m`
  if (age < 8 * HOUR) return both(HOUR, 'h', MINUTE, 'm')
  if (age < 2 * DAY) return `${whole(HOUR)}h`
  return age < 8 * DAY ? both(DAY, 'd', HOUR, 'h') : `${whole(DAY)}d`
}

/** How long ago a moment in ISO 8601 was. @param now epoch milliseconds */
export const sinceText = (moment: string | undefined, now: number): string =>
  moment === undefined ? '-' : ageText(now - Date.parse(moment))

/** A moment and how long ago that was, for who reads about one thing: `2026-11-30T03:12:45Z (3h12m ago)`. */
export function momentText(moment: string | undefined, now: number): string {
  if (moment === undefined) return '-'
  const at = Date.parse(moment)
  if (Number.isNaN(at)) return moment
  const apart = at > now ? `in ${ageText(at - now)}` : `${ageText(now - at)} ago`
  return `${new Date(at).toISOString().replace(/\.[0-9]+Z$/, 'Z')} (${apart})`
}
