import type { FreezeAllowed } from '../../model/freeze/freeze-window.ts'
import type { HeldRevision } from '../../model/revision.ts'

/** A range's file as it was just read, and what keeps a newer content from being acted on. */
export interface Arrival {
  /** It says something else than what is in force, or nothing is in force. */
  readonly isNewer: boolean
  readonly hasInForce: boolean
  /** Nothing is in force, and there is nothing of the range on the cluster either. Counts only in a freeze. */
  readonly isNew: boolean
  /** The range has been Ready with what is in force. */
  readonly isReached: boolean
  /** Its newer content has problems. */
  readonly broken: HeldRevision | undefined
  /** Changes are frozen now. */
  readonly frozen: { readonly held: HeldRevision; readonly allows: ReadonlySet<FreezeAllowed> } | undefined
  /** Ranges of lower waves come first. */
  readonly wave: HeldRevision | undefined
}

/** What becomes of it. */
export type Admission =
  /** What the file says is acted on. */
  | { readonly kind: 'follow' }
  /** What was in force stays so, and is acted on. */
  | { readonly kind: 'keep'; readonly held: HeldRevision }
  /** Nothing is written to the range. */
  | { readonly kind: 'rest'; readonly held: HeldRevision }

/**
 * Whether a newer content of a range's file is acted on. What is in flight finishes: a range that is not Ready yet with what is in
 * force is worked on whatever is frozen.
 */
export function admissionOf({ isNewer, hasInForce, isNew, isReached, broken, frozen, wave }: Arrival): Admission {
  const held = isNewer ? (broken ?? frozen?.held ?? wave) : undefined
  if (frozen !== undefined) {
    const { allows } = frozen
    const mayBeMade = isNewer && isNew && allows.has('new')
    if (!mayBeMade) {
      const isWorkedOn = hasInForce && (!isReached || allows.has('drift'))
      if (!isWorkedOn) return { kind: 'rest', held: held ?? frozen.held }
      return held === undefined ? { kind: 'follow' } : { kind: 'keep', held }
    }
  }
  const inTheWay = isNewer ? (broken ?? wave) : undefined
  if (inTheWay === undefined) return { kind: 'follow' }
  return { kind: hasInForce ? 'keep' : 'rest', held: inTheWay }
}
