import type { CommitSnapshot } from '../../../model/commit-snapshot.ts'
import type { VerifyMode } from '../../../reconcilers/git/judge-head.ts'
import { type RangeFile, textOf } from '../range-text.ts'
import type { RangeId } from '../steps.ts'
import { digestOf, filesIn, type Forge, type ForgeCommit } from './forge.ts'

/** A commit that went in force. */
interface Accepted {
  readonly commit: ForgeCommit
  /** When, in milliseconds of the cluster. */
  readonly at: number
}

/** One read of a range's file. */
interface FileSeen {
  /** Undefined when there was no file. */
  readonly head: string | undefined
  readonly digest: string | undefined
  /** No other commit came in force meanwhile. */
  readonly isOfNewest: boolean
}

/** The commits in force, one after the other, held against what may go in force, which is said here in other words than the product's. */
export class AcceptedLine {
  readonly #forge: Forge
  readonly #mode: VerifyMode
  readonly #now: () => number
  readonly #violations: string[]
  /** Commits that a person has approved of. */
  readonly approved = new Set<string>()
  readonly all: Accepted[] = []
  /** What is on disk of it. */
  #onDisk: string | undefined

  constructor(forge: Forge, mode: VerifyMode, now: () => number, violations: string[]) {
    this.#forge = forge
    this.#mode = mode
    this.#now = now
    this.#violations = violations
  }

  get newest(): ForgeCommit | undefined {
    return this.all.at(-1)?.commit
  }

  /** What is in force of the ranges' files. */
  files(): ReadonlyMap<RangeId, RangeFile> {
    return this.newest === undefined ? new Map() : filesIn(this.newest.content)
  }

  /** It was written down that a commit is in force. */
  written(id: string): void {
    const before = this.#onDisk === undefined ? undefined : this.#forge.of(this.#onDisk)
    const commit = this.#forge.of(id)
    for (const why of this.#whyNot(commit, before)) this.#violations.push(`commit ${commit.subject} is accepted ${why}`)
    this.#onDisk = id
    if (this.newest?.id !== id) this.all.push({ commit, at: this.#now() })
  }

  /** What was written down is lost. */
  lost(): void {
    this.#onDisk = undefined
  }

  /** A snapshot is what is read from now on. */
  swapped({ commit, files }: CommitSnapshot): void {
    const is = JSON.stringify(
      files.map(({ id, content }) => [id, content.kind === 'bytes' ? String(content.bytes) : '']),
    )
    const should = [...filesIn(this.#forge.of(commit.id).content)]
      .map(([id, file]) => [id, textOf(file)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    if (commit.id !== this.#onDisk) this.#violations.push(`${commit.subject} is read and not the commit on disk`)
    if (is !== JSON.stringify(should)) this.#violations.push(`${commit.subject} is read with other files than it has`)
  }

  /**
   * What a controller has read of a range, or that there is nothing. What comes in force meanwhile is read by the next; but no read mixes
   * the one with the other.
   */
  readFrom(range: RangeId, { head, digest, isOfNewest }: FileSeen): void {
    const of = head === undefined ? (isOfNewest ? this.newest : undefined) : this.#forge.of(head)
    const file = of && filesIn(of.content).get(range)
    if ((isOfNewest || head !== undefined) && digest !== (file && digestOf(file)))
      this.#violations.push(`${range} is read with another content than ${of?.subject} has`)
    if (isOfNewest && head !== undefined && head !== this.newest?.id)
      this.#violations.push(`${range} is read of ${head}, in force is ${this.newest?.subject}`)
  }

  #whyNot(commit: ForgeCommit, before: ForgeCommit | undefined): readonly string[] {
    if (before?.id === commit.id) return []
    const isApproved = this.approved.has(commit.id)
    const follows = before !== undefined && this.#forge.descends(commit.id, before.id)
    const toTrust =
      this.#mode === 'off'
        ? []
        : this.#mode === 'every' && follows
          ? this.#forge.since(commit.id, before.id)
          : [commit.id]
    const isEmpty = filesIn(commit.content).size === 0
    return [
      ...(before === undefined || follows || isApproved
        ? []
        : [`after ${before.subject}, from which it does not follow`]),
      ...(toTrust.every((id) => this.#forge.of(id).isSigned) ? [] : ['without signatures']),
      ...(isEmpty && !isApproved ? ['although nothing is in it'] : []),
    ]
  }
}
