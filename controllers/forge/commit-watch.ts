import type { GitStatus } from '../../model/accepted-commit.ts'
import type { CommitStatus } from '../../model/forge.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { wantedStatuses } from '../../reconcilers/forge/wanted-statuses.ts'

/** Where commits and ranges are told of. */
export interface CommitWatchParts {
  readonly git: () => GitStatus
  /** Ids of the ranges that the commit in force has a file of. Rejects when none is in force. */
  readonly ids: () => Promise<readonly string[]>
  readonly statuses: () => readonly RangeStatus[]
  /** The context of a whole commit. */
  readonly name: string
  /** Of Proxmox, which are told to nobody outside. */
  readonly apiUrls: () => readonly string[]
}

/** Of so many commits it is told at once; a branch moves on faster than its ranges at times. */
const MOST_LIVE = 20

/**
 * Which commits are told of, and which statuses of ranges can be believed: those that speak of what the commit in force says. What was
 * told of commits before this life is not told again.
 */
export class CommitWatch {
  readonly #parts: CommitWatchParts
  /** Oldest first. */
  readonly #live = new Set<string>()
  /** Ranges whose file changed in this life, until their status says which commit did that. */
  readonly #changed = new Set<string>()
  /** The same with their status as it was, where they had one. */
  readonly #stale = new Map<string, RangeStatus>()
  /** The first commit that was in force in this life. */
  #first: string | undefined
  #hasMoved = false

  constructor(parts: CommitWatchParts) {
    this.#parts = parts
  }

  /** Another commit is in force, with something else in the place of that file. */
  fileChanged(rangeId: string): void {
    const commit = this.#parts.git().commit?.id
    this.#first ??= commit
    this.#hasMoved ||= commit !== this.#first
    if (!this.#hasMoved) return
    this.#changed.add(rangeId)
    const before = this.#parts.statuses().find(({ id }) => id === rangeId)
    if (before !== undefined) this.#stale.set(rangeId, before)
  }

  rangeChanged(status: RangeStatus): void {
    const before = this.#stale.get(status.id)
    if (before !== undefined && speaksOfTheSame(before, status)) return
    this.#stale.delete(status.id)
    const commit = status.revisions?.seen.commit?.id
    if (commit !== undefined && this.#changed.delete(status.id)) this.#goLive(commit)
  }

  /** The range is no more. */
  forget(rangeId: string): void {
    this.#stale.delete(rangeId)
    this.#changed.delete(rangeId)
  }

  /** What the forge should be told. Rejects when no commit is in force. */
  async wanted(): Promise<readonly CommitStatus[]> {
    const { git, ids, statuses, name, apiUrls } = this.#parts
    const inForce = git().commit?.id
    this.#first ??= inForce
    const present = inForce === undefined ? [] : await ids()
    const now = git()
    // It has moved on just now: whoever tells of that has this asked for again.
    if (now.commit?.id !== inForce) return await this.wanted()
    if (inForce !== undefined) this.#goLive(inForce)
    return wantedStatuses({
      git: now,
      ids: present,
      statuses: statuses(),
      stale: new Set(this.#stale.keys()),
      live: this.#live,
      name,
      apiUrls: apiUrls(),
    })
  }

  #goLive(commit: string): void {
    this.#live.delete(commit)
    this.#live.add(commit)
    for (const oldest of this.#live) {
      if (this.#live.size <= MOST_LIVE) return
      this.#live.delete(oldest)
    }
  }
}

/** Whether a status speaks of the same file as one before; where it does not tell, it does not. */
function speaksOfTheSame(before: RangeStatus, after: RangeStatus): boolean {
  const [was, is] = [before.revisions?.seen, after.revisions?.seen]
  if (was === undefined || is === undefined) return false
  const isInvalid = after.conditions.some(({ type, status }) => type === 'SpecValid' && status === 'False')
  return !isInvalid && before.source === after.source && was.digest === is.digest && was.commit?.id === is.commit?.id
}
