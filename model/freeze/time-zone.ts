import { nearest } from '../nearest.ts'

/** Whether this is the name of a time zone, as the zones of the system that Lanista runs on are called (IANA). */
export function isTimeZone(name: string): boolean {
  // Newer versions of Node take offsets for zones, older ones don't.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The zone that a name is most likely a misspelling of: `Europe/Berln`, or the city alone. */
export function nearestTimeZone(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone')
  const ofCity = zones.find((zone) => zone.split('/').at(-1)?.toLowerCase() === name.toLowerCase().replaceAll(' ', '_'))
  return ofCity ?? nearest(name, zones)
}
