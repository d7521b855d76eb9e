import type { FileRemoval } from '../../model/file-removal.ts'
import { overBudget } from './removal-words.ts'

/** The time that a budget is for. */
export const BUDGET_MS = 3_600_000

/** The ranges whose files are gone and that have not begun to go. */
export interface PruneCase {
  readonly missing: readonly MissingRange[]
  /** How long a file must have been gone, in milliseconds. */
  readonly grace: number
  /** So many may go within an hour, and by one commit. */
  readonly budget: number
  /** So many are on their way, or were within the last hour. */
  readonly went: number
}

export interface MissingRange {
  readonly id: string
  /** For how long its file was watched to be gone, in milliseconds. */
  readonly watched: number
  /** Why it may be gone by accident, each as a sentence without its end. */
  readonly doubts: readonly string[]
  /** How its file left the repository; undefined where that is not known, and in a folder. */
  readonly removal?: FileRemoval | undefined
}

export interface PruneVerdict {
  /** The ranges whose grace is over, in order of id. */
  readonly expired: readonly string[]
  /** Why they go only when a person approves of exactly them; empty: they go now. */
  readonly why: readonly string[]
}

/**
 * Judges which ranges go for lack of a file. What expires within the next hour counts for the budget as well, so that a
 * folder that loses its files one by one is no way around it. What one commit removed counts whole, however much of it is left to
 * go. Any doubt about one range stops them all.
 */
export function judgePrune({ missing, grace, budget, went }: PruneCase): PruneVerdict {
  const expired = missing.filter(({ watched }) => watched >= grace)
  if (expired.length === 0) return { expired: [], why: [] }
  const soon = missing.filter(({ watched }) => watched > grace - BUDGET_MS).length
  const gone = went === 0 ? '' : `, and ${went} ${went === 1 ? 'is' : 'are'} on the way or went in the last hour`
  const over = `${soon} ${soon === 1 ? 'range' : 'ranges'} would go within an hour${gone}; lanista.prune.budget is ${budget}`
  const doubts = [...new Set(expired.flatMap((range) => range.doubts))].sort()
  const atOnce = [...new Set(expired.flatMap(({ removal }) => overBudget(removal, budget) ?? []))].sort()
  return {
    expired: expired.map(({ id }) => id).sort(),
    why: [...(soon + went > budget ? [over] : []), ...atOnce, ...doubts],
  }
}
