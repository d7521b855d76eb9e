import type { NumbersInUse } from './plan-routes.ts'

/** What is known of the number of one range that has a file, or once had one. */
export interface KnownNumber {
  /** As last planned; undefined when it never was, or nothing of the range is left. */
  readonly number: number | undefined
  /** False while the number may be, or become, another one: its file has a problem, or it was not planned yet. */
  readonly isSure: boolean
}

/**
 * The range numbers that are somebody's, for all that is known: of ranges that have a file, or once had one, and of
 * networks that Proxmox shows. A range whose number isn't known leaves a gap.
 */
export function numbersInUse(
  rangeIds: readonly string[],
  numbers: ReadonlyMap<string, KnownNumber>,
  seen: ReadonlySet<number> | undefined,
): NumbersInUse {
  const isSure = (id: string): boolean => numbers.get(id)?.isSure === true
  if (seen === undefined || !rangeIds.every(isSure)) return { kind: 'partly-known' }
  const ofRanges = [...numbers.values()].flatMap(({ number }) => number ?? [])
  return { kind: 'known', numbers: new Set([...seen, ...ofRanges]) }
}
