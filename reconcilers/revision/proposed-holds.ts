import type { CommitFile, CommitSnapshot } from '../../model/commit-snapshot.ts'
import { printable } from '../../model/printable.ts'

/** A range of a proposed commit. */
export interface ProposedRange {
  readonly rangeId: string
  /** As the commit has it; of what is broken there as it was before. */
  readonly wave: number
  /** Why nothing of its file is planned: `kept`, its last good content stays in force; `new`, there is none. */
  readonly broken: 'kept' | 'new' | undefined
}

/** What would be held back, and is planned as if nothing were. */
export interface HeldProposal {
  readonly inForce: CommitSnapshot | undefined
  readonly files: CommitSnapshot
  /** Without those that are suspended: they wait for nobody, and nobody for them. */
  readonly ranges: readonly ProposedRange[]
  /** There are freeze windows. */
  readonly hasFreeze: boolean
}

/** So many ranges are named in a sentence. */
const MOST_NAMED = 50

/**
 * What would keep changes of a proposed commit back once it is in force, one sentence each: by the numbers of waves alone, and without
 * times, so that the same commit gives the same text whenever it is asked for.
 */
export function proposedHolds({ inForce, files, ranges, hasFreeze }: HeldProposal): readonly string[] {
  const changed = changedIn(inForce?.files ?? [], files.files)
  const own = ranges.filter(({ rangeId }) => changed.has(rangeId))
  const first = own.reduce((least, { wave }) => Math.min(least, wave), Number.POSITIVE_INFINITY)
  const waiting = own.filter(({ wave, broken }) => wave > first && broken === undefined)
  const [kept, none] = (['kept', 'new'] as const).map((kind) => ranges.filter(({ broken }) => broken === kind))
  return [
    ...(kept === undefined || kept.length === 0
      ? []
      : [`${named(kept)}: the file is broken in this commit; the range keeps what its last good file says`]),
    ...(none === undefined || none.length === 0
      ? []
      : [`${named(none)}: the file is broken in this commit, and there is no good one before; nothing is made of it`]),
    ...(waiting.length === 0
      ? []
      : [
          `${named(waiting, ({ wave }) => ` (wave ${wave})`)}: what this commit changes there would wait until the ranges of each earlier wave are Ready with it; it is planned as if nothing waited`,
        ]),
    ...(hasFreeze ? ['freeze windows (lanista.freeze) are not looked at: while one is open, what it holds waits'] : []),
  ]
}

function named(ranges: readonly ProposedRange[], more: (range: ProposedRange) => string = () => ''): string {
  const shown = ranges.slice(0, MOST_NAMED).map((range) => `${printable(range.rangeId)}${more(range)}`)
  const rest = ranges.length - shown.length
  return `${ranges.length === 1 ? 'range' : 'ranges'} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** Ids of ranges with a file that is new, gone or another. */
function changedIn(before: readonly CommitFile[], after: readonly CommitFile[]): ReadonlySet<string> {
  const looks = (files: readonly CommitFile[]): ReadonlyMap<string, CommitFile> =>
    new Map(files.map((file) => [file.path, file]))
  const [was, is] = [looks(before), looks(after)]
  return new Set(
    [...before, ...after].filter(({ path }) => was.get(path)?.look !== is.get(path)?.look).map(({ id }) => id),
  )
}
