import { shortId } from '../../model/commit-snapshot.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { Freeze } from '../../model/freeze/freeze-on.ts'
import { freezeText } from '../../model/freeze/freeze-text.ts'
import { printable } from '../../model/printable.ts'
import { bySomebody, type CommitStamp, type HeldRevision, type Revision } from '../../model/revision.ts'
import type { OpenWave } from './waves.ts'

/** So many ranges are named in a sentence. */
const MOST_NAMED = 3

/** `commit 3f1c09d2a7be by Ann <ann@example.org> (Add JD)`; of a folder: `its file`. */
const revisionText = (commit: CommitStamp | undefined): string =>
  commit === undefined ? 'its file' : `commit ${bySomebody(commit)}`

/** Of a content that an earlier commit may have brought nobody is named. */
const actedText = (acted: Pick<Revision, 'commit' | 'orEarlier'> | undefined): string =>
  acted?.orEarlier === true && acted.commit !== undefined
    ? `what commit ${shortId(acted.commit.id)} or an earlier one says of it`
    : `what ${revisionText(acted?.commit)} says of it`

/** Without values of the file, as it goes to statuses. @param acted the content that stays in force */
export function brokenText(
  diagnostics: readonly Diagnostic[],
  acted: Pick<Revision, 'commit' | 'orEarlier'> | undefined,
): HeldRevision {
  const [first] = diagnostics
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  const line =
    first === undefined ? 'the range file has problems' : `${diagnosticLine(unquotedDiagnostic(first))}${more}`
  return { reason: 'Invalid', message: `${line}; ${actedText(acted)} stays in force for its range` }
}

/** @param commit that it waits at @param wave of the range */
export function waveText(
  rangeId: string,
  commit: CommitStamp,
  wave: number,
  { wave: open, waitsFor }: OpenWave,
): HeldRevision {
  const named = waitsFor.slice(0, MOST_NAMED).map((id) => printable(id))
  const more = waitsFor.length > MOST_NAMED ? ` and ${waitsFor.length - MOST_NAMED} more` : ''
  return {
    reason: 'WaveHeld',
    message: `range ${rangeId}: what ${revisionText(commit)} says of it (wave ${wave}) waits until wave ${open} is Ready at that commit: ${named.join(', ')}${more}; see what those ranges wait for; push a commit that mends them, or run lanista approve --commit ${shortId(commit.id)} to go on without`,
  }
}

/** What a person is asked where waves are held. */
export const waveQuestion = (commit: CommitStamp, { wave }: OpenWave): string =>
  `range files: ${revisionText(commit)}: what it changes in waves after ${wave} waits until the ranges of wave ${wave} are Ready at that commit; see their status; to go on without: lanista approve --commit ${shortId(commit.id)}`

/** What a freeze holds back of a range, in words. */
const HELD_BACK = {
  content: 'what its file says now waits for',
  removal: 'its file is gone, and what follows from that waits for',
  writes: 'nothing is written to it for',
} as const

/** @param what is held back: a newer content, a removal for lack of the file, or any write */
export function frozenText(rangeId: string, freeze: Freeze, what: keyof typeof HELD_BACK): HeldRevision {
  return {
    reason: 'Frozen',
    message: `range ${rangeId}: ${HELD_BACK[what]} ${freezeText(freeze)}; it goes on by itself then; to have it sooner, change lanista.freeze`,
  }
}
