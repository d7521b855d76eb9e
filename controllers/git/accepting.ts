import type { AcceptedCommit, CommitApprovalStore, GitStatus } from '../../model/accepted-commit.ts'
import type { BroughtHead, SignatureVerdict } from '../../model/git-ports.ts'
import { type GitFinding, type GitReason, GitTrouble } from '../../model/git-trouble.ts'
import type { FileRemovals } from '../../model/ports.ts'
import { sourceNames, type SourceNames } from '../../reconcilers/git/git-words.ts'
import { commitsToTrust, judgeHead } from '../../reconcilers/git/judge-head.ts'
import { findingOf, written } from './git-failures.ts'
import { GitStanding } from './git-standing.ts'
import { InForce, type InForceParts } from './in-force.ts'

export interface AcceptingParts extends InForceParts {
  readonly approvals: CommitApprovalStore
  /** Told after each poll. */
  readonly onStatus: (status: GitStatus) => void
}

/** What a fetch that fails for no fault of the way to the server may fail for: what was fetched before, or the server's objects. */
const MAYBE_OURS: ReadonlySet<GitReason> = new Set([
  'RepositoryDamaged',
  'ObjectsRefused',
  'RepositoryMissing',
  'FetchFailed',
])

/**
 * Asks the server, and has commits put in force one after the other; the last good one stays, whatever else the server shows.
 */
export class Accepting {
  readonly #parts: AcceptingParts
  readonly #names: SourceNames
  readonly #standing: GitStanding
  readonly #inForce: InForce
  /** Where the branch was by the poll that is under way. */
  #head: string | undefined
  /** The head that was fetched last and is not in force: it needs no second fetch to be judged again. */
  #brought: BroughtHead | undefined
  /** A commit whose signature was not good. */
  #distrusted: string | undefined

  constructor(parts: AcceptingParts) {
    this.#parts = parts
    this.#names = sourceNames(parts.place)
    this.#standing = new GitStanding(parts)
    this.#inForce = new InForce(parts, this.#names)
    parts.sink.explain(`range files: ${this.#names.source}: nothing has been fetched yet; wait a moment`)
  }

  get accepted(): AcceptedCommit | undefined {
    return this.#inForce.accepted
  }

  /** Who removed files that were in force. */
  get removals(): FileRemovals {
    return this.#inForce.removals
  }

  get status(): GitStatus {
    return this.#standing.status(this.accepted)
  }

  /** As `InForce.open`. */
  open(signal: AbortSignal): Promise<boolean> {
    return this.#inForce.open(signal)
  }

  /**
   * Asks the server once, and puts in force what may be. Rejects only when the signal aborts.
   *
   * @returns whether all went well: what is refused is none of the server's failures
   */
  async poll(signal: AbortSignal): Promise<boolean> {
    let isWell = true
    this.#head = undefined
    try {
      this.#standing.told(await this.#look(signal))
    } catch (error) {
      if (signal.aborted) throw error
      isWell = false
      this.#standing.told(findingOf(error, this.#names, this.#head))
    }
    this.#parts.onStatus(this.status)
    return isWell
  }

  async #look(signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository } = this.#parts
    const damage = await this.#openUnlessDamaged(signal)
    const head = await repository.remoteHead(signal)
    this.#head = head
    this.#standing.asked()
    if (head === undefined)
      return {
        reason: 'BranchMissing',
        message: `${this.#names.source}: there is no such branch, or no commit at all; push it, or set lanista.git.branch`,
      }
    if (damage !== undefined) return await this.#judgeAnew(head, signal)
    if (this.#inForce.isSettled(head)) {
      await this.#nothingWaits()
      return undefined
    }
    try {
      return await this.#judge(head, signal)
    } catch (error) {
      if (!(error instanceof GitTrouble) || !MAYBE_OURS.has(error.reason)) throw error
      // Once: what is broken on the server's side would be so again.
      return await this.#judgeAnew(head, signal)
    }
  }

  /** With nothing of what was fetched before, which stays what a next life finds until a commit is in force that is kept. */
  async #judgeAnew(head: string, signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository } = this.#parts
    this.#brought = undefined
    await repository.startAnew(signal)
    try {
      return await this.#judge(head, signal)
    } finally {
      if (await repository.goBack()) this.#brought = undefined
    }
  }

  /** @returns why what was fetched before can't be read; undefined when it can, or nothing was */
  async #openUnlessDamaged(signal: AbortSignal): Promise<GitTrouble | undefined> {
    try {
      await this.open(signal)
      return undefined
    } catch (error) {
      if (!(error instanceof GitTrouble) || error.reason !== 'RepositoryDamaged') throw error
      this.#parts.logger.warn('git: what was fetched before is damaged, and is fetched anew', { error })
      return error
    }
  }

  async #judge(head: string, signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository, place, approvals, logger } = this.#parts
    const { accepted } = this.#inForce
    const known = this.#brought?.commit.id === head ? this.#brought : undefined
    // With another, what was fetched for this one goes, also when that fails midway.
    this.#brought = undefined
    const brought = known ?? (await repository.bring(head, accepted?.commit, place.mode === 'every', signal))
    this.#brought = brought
    const toTrust = commitsToTrust(place.mode, brought.commit, brought.descent) ?? []
    const verdicts = await this.#verdicts(toTrust, signal)
    const approved = await approvals.approved()
    const judgement = judgeHead({ brought, accepted, mode: place.mode, verdicts, approved }, this.#names)
    if (judgement.kind === 'accept') {
      await this.#inForce.accept(judgement, signal)
      this.#brought = undefined
      await this.#nothingWaits()
      return undefined
    }
    const { finding, approvable } = judgement
    if (approvable) await written(approvals.ask({ commit: head, why: finding.message }))
    else await this.#nothingWaits()
    await this.#inForce
      .restore(signal)
      .catch((error: unknown) =>
        logger.warn('git: the commit in force is lost here, and the server does not give it again', { error }),
      )
    return finding
  }

  /**
   * Of commits that are all to be trusted; of the one alone that was not the last time, while it is not: whoever pushes a thousand commits, one
   * of them bad, has them looked at once and not with each poll. Nothing else is remembered, as a good key may have expired since.
   */
  async #verdicts(ids: readonly string[], signal: AbortSignal): Promise<readonly SignatureVerdict[]> {
    const { repository } = this.#parts
    if (ids.length === 0) return []
    const suspect = ids.filter((id) => id === this.#distrusted)
    const again = suspect.length === 0 ? [] : await repository.verdicts(suspect, signal)
    const verdicts = again.some(isBad) ? again : await repository.verdicts(ids, signal)
    this.#distrusted = verdicts.find(isBad)?.commit.id
    return verdicts
  }

  async #nothingWaits(): Promise<void> {
    await written(this.#parts.approvals.clear())
  }
}

const isBad = ({ result }: SignatureVerdict): boolean => result.kind !== 'good'
