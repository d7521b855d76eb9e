import type { RangeStatus } from './range-status.ts'
import type { RangeRevisions, Revision } from './revision.ts'

/**
 * What is told in place of a digest of a range's file: as good to tell two contents apart, and of no use to somebody who knows the rest
 * of the file and would guess a secret in it by trying.
 */
export interface DigestMask {
  /** Has it be the same as in an earlier life, where that is kept. Never rejects. */
  load(): Promise<void>
  of(digest: string): string
}

/** A status as it is told outside. */
export function maskedStatus(status: RangeStatus, mask: Pick<DigestMask, 'of'>): RangeStatus {
  const { revisions, conditions } = status
  if (revisions === undefined && conditions.every(({ observedRevision }) => observedRevision === undefined))
    return status
  return {
    ...status,
    conditions: conditions.map((each) =>
      each.observedRevision === undefined
        ? each
        : { ...each, observedRevision: toldRevision(each.observedRevision, mask) },
    ),
    ...(revisions === undefined ? {} : { revisions: masked(revisions, mask) }),
  }
}

/** A commit is told as it is. */
const toldRevision = (revision: string, mask: Pick<DigestMask, 'of'>): string =>
  /^[0-9a-f]{40}$/.test(revision) ? revision : mask.of(revision)

function masked({ seen, actedOn, reached, held }: RangeRevisions, mask: Pick<DigestMask, 'of'>): RangeRevisions {
  const told = (revision: Revision): Revision => ({ ...revision, digest: mask.of(revision.digest) })
  return { seen: told(seen), actedOn: actedOn && told(actedOn), reached: reached && told(reached), held }
}
