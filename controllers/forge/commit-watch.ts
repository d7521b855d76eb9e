import type { GitStatus } from '../../model/accepted-commit.ts'
import type { CommitStatus } from '../../model/forge.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import type { Revision } from '../../model/revision.ts'
import { wantedStatuses } from '../../reconcilers/forge/wanted-statuses.ts'

/** Where commits and ranges are told of. */
export interface CommitWatchParts {
  readonly git: () => GitStatus
  /** Ids of the ranges that the commit in force has a file of. Rejects when none is in force. */
  readonly ids: () => Promise<readonly string[]>
  readonly statuses: () => readonly RangeStatus[]
  /** What a range's file says now; undefined where there is none. */
  readonly seen: (rangeId: string) => Promise<Revision | undefined>
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
  /** Ranges whose file changed in this life, until their status speaks of what it says now. */
  readonly #changed = new Set<string>()
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
  }

  /** The range is no more. */
  forget(rangeId: string): void {
    this.#changed.delete(rangeId)
  }

  /** What the forge should be told. Rejects when no commit is in force. */
  async wanted(): Promise<readonly CommitStatus[]> {
    const { git, ids, statuses, name, apiUrls } = this.#parts
    const inForce = git().commit?.id
    this.#first ??= inForce
    const present = inForce === undefined ? [] : await ids()
    await Promise.all([...this.#changed].map((rangeId) => this.#isCaughtUp(rangeId)))
    const now = git()
    // It has moved on just now: whoever tells of that has this asked for again.
    if (now.commit?.id !== inForce) return await this.wanted()
    if (inForce !== undefined) this.#goLive(inForce)
    return wantedStatuses({
      git: now,
      ids: present,
      statuses: statuses(),
      stale: this.#changed,
      live: this.#live,
      name,
      apiUrls: apiUrls(),
    })
  }

  /** A range whose status speaks of what its file says now is told of on the commit that brought that. */
  async #isCaughtUp(rangeId: string): Promise<void> {
    // What can't be read just now is not known to be what was told of.
    const now = await this.#parts.seen(rangeId).catch(() => 'unread' as const)
    if (now === 'unread') return
    const told = this.#parts.statuses().find(({ id }) => id === rangeId)?.revisions?.seen
    if (now !== undefined && (told?.digest !== now.digest || told.commit?.id !== now.commit?.id)) return
    if (this.#changed.delete(rangeId) && now?.commit !== undefined) this.#goLive(now.commit.id)
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
