const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something lasts, in the two largest units that say enough: `12 s`, `4 min`, `3 h 20 min`, `5 days`. @param ms milliseconds */
export function durationWords(ms: number): string {
  if (ms < 10 * SECOND) return 'a few seconds'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 10 * HOUR) {
    const minutes = Math.floor((ms % HOUR) / MINUTE)
    return `${Math.floor(ms / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`}`
  }
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} days`
}

/** A moment of ISO 8601 as the reader's own clock shows it. */
export const momentWords = (moment: string): string => {
  const at = new Date(moment)
  return Number.isNaN(at.getTime())
    ? moment
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** The time of day of it alone. */
export const clockWords = (at: number): string => new Date(at).toLocaleTimeString(undefined, { timeStyle: 'medium' })

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `3.5 GiB`, `512 MiB`. */
export function byteWords(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `1 VM`, `3 VMs`. */
export const count = (howMany: number, what: string, many = `${what}s`): string =>
  `${howMany} ${howMany === 1 ? what : many}`

/** A commit, or a digest, as short as people write it. */
export const shortId = (id: string): string => id.replace(/^[a-z0-9]+:/, '').slice(0, 8)

/** The name of a VM without that of its range in front, which those who look at the range know. */
export const ownName = (name: string, range: string): string =>
  name.startsWith(`${range}-`) && name.length > range.length + 1 ? name.slice(range.length + 1) : name
