import type { ZoneFinding } from '../../model/zone-finding.ts'
import type { Remedy, ZoneChange } from './zone-remedy.ts'

/** What a zone is needed for, as its findings say it. */
export interface ZoneUse {
  /** What they are about, such as `zone ludus`. */
  readonly subject: string
  /** Whom a node is without that the zone doesn't reach, such as `VM of a range`. */
  readonly guest: string
}

/** Something wrong with a zone's configuration, before it is put into words for a person. */
export interface ZoneProblem {
  readonly reason: string
  readonly severity: ZoneFinding['severity']
  /** In order of name; none when it is about the zone as a whole. */
  readonly nodes: readonly string[]
  /** The finding, without subject and remedy. */
  readonly what: string
  /** What to change to mend it; nothing when an apply does. */
  readonly change: ZoneChange
  /** What to do where that is no change of the zone. */
  readonly remedy?: Remedy
  /** Node -> why no VM of a range can run there. */
  readonly unreached: ReadonlyMap<string, string>
}

/** A problem that leaves every node in use. */
export const remark = (problem: Omit<ZoneProblem, 'severity' | 'unreached'>): ZoneProblem => ({
  severity: 'degraded',
  unreached: new Map(),
  ...problem,
})

/** A problem of the zone as a whole that keeps every range from it. */
export const blocking = (reason: string, what: string): ZoneProblem => ({
  reason,
  severity: 'unusable',
  nodes: [],
  what,
  change: {},
  unreached: new Map(),
})

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
