import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { isSuspended } from '../../model/range-spec.ts'
import type { CommitStamp, HeldRevision, RevisionRecord } from '../../model/revision.ts'
import { openWaveOf, type OpenWave, type WaveMember } from '../../reconcilers/revision/waves.ts'
import { waveQuestion, waveText } from '../../reconcilers/revision/revision-words.ts'

export interface WaveParts {
  /** As they are now, whatever is in force. */
  readonly files: Pick<RangeFiles, 'list' | 'read'>
  readonly recordOf: (rangeId: string) => RevisionRecord | undefined
  /** Whether a person has ordered a range to be destroyed, and its file has not overtaken that, or has it left alone: nothing is to be waited for. */
  readonly isLeft: (rangeId: string, file: RangeFileRead) => Promise<boolean>
  /** Where a person lets the waves of a commit go on. */
  readonly releases: Pick<CommitApprovalStore, 'ask' | 'approved' | 'takeBack' | 'clear'>
  /** The date, by which a suspension ends. */
  readonly now: () => number
}

/** A range's file at one commit. */
interface Member {
  readonly rangeId: string
  readonly wave: number
  readonly digest: string | undefined
  readonly read: RangeFileRead
  readonly suspendedAt: (now: number) => boolean
}

/**
 * Waves of one commit after the other: what a commit changes of a range waits until each range of a lower wave was Ready with what
 * that commit says of it.
 */
export class Waves {
  readonly #parts: WaveParts
  #table: { readonly commit: string; readonly members: Promise<readonly Member[] | undefined> } | undefined
  #asked: string | undefined
  /** The wave that was open when somebody was held last. */
  #open: number | undefined

  constructor(parts: WaveParts) {
    this.#parts = parts
  }

  /** Why a range of a wave waits at a commit; undefined when it does not. @param wave of what the commit says of it */
  async holdOn(rangeId: string, wave: number, commit: CommitStamp): Promise<HeldRevision | undefined> {
    if (wave === 0) return undefined
    const members = await this.#membersAt(commit)
    // The next commit is in force already, and is read again for that.
    if (members === undefined) return waveText(rangeId, commit, wave, { wave: 0, waitsFor: [] })
    const open = await this.#openOf(members)
    if (open === undefined || open.wave >= wave) return undefined
    this.#open = open.wave
    if ((await this.#parts.releases.approved()) === commit.id) return undefined
    await this.#ask(commit, open)
    return waveText(rangeId, commit, wave, open)
  }

  /** Whether another wave is open than when somebody was held last. Never rejects: what can't be told may have. */
  async hasMoved(): Promise<boolean> {
    if (this.#open === undefined || this.#table === undefined) return false
    try {
      const members = await this.#table.members
      return members === undefined || (await this.#openOf(members))?.wave !== this.#open
    } catch {
      return true
    }
  }

  async #openOf(members: readonly Member[]): Promise<OpenWave | undefined> {
    const { recordOf, isLeft, now } = this.#parts
    const at = now()
    return openWaveOf(
      await Promise.all(
        members.map(async ({ rangeId, wave, digest, read, suspendedAt }): Promise<WaveMember> => {
          const { inForce, reached } = recordOf(rangeId) ?? {}
          // What it was Ready with before it went over to another content is to be reached again.
          const isReached = digest !== undefined && reached?.digest === digest && inForce?.digest === digest
          return { rangeId, wave, isDone: isReached || suspendedAt(at) || (await isLeft(rangeId, read)) }
        }),
      ),
    )
  }

  /** Undefined when another commit came in force while its files were read. */
  async #membersAt({ id }: CommitStamp): Promise<readonly Member[] | undefined> {
    if (this.#table?.commit !== id) {
      const members = this.#read(id)
      const table = { commit: id, members }
      this.#table = table
      const forget = (): void => {
        if (this.#table === table) this.#table = undefined
      }
      members.then((read) => read ?? forget(), forget)
    }
    return await this.#table.members
  }

  async #read(commit: string): Promise<readonly Member[] | undefined> {
    const { files } = this.#parts
    const ids = await files.list()
    const members: Member[] = []
    for (const rangeId of ids) {
      const read = await files.read(rangeId)
      if (read.kind === 'held' || read.kind === 'absent' || read.origin?.head?.id !== commit) return undefined
      members.push(this.#memberOf(rangeId, read))
    }
    return members
  }

  #memberOf(rangeId: string, read: Extract<RangeFileRead, { kind: 'ok' | 'invalid' }>): Member {
    const digest = read.kind === 'ok' ? read.origin?.digest : undefined
    if (read.kind === 'ok')
      return { rangeId, wave: read.spec.wave, digest, read, suspendedAt: (now) => isSuspended(read.spec, now) }
    // What is broken does not say in which wave it would be: it stays where it was.
    const inForce = this.#parts.recordOf(rangeId)?.inForce
    return { rangeId, wave: inForce?.kind === 'file' ? inForce.wave : 0, digest, read, suspendedAt: () => false }
  }

  /** What was asked, and answered, of another commit counts no more. */
  async #forgetQuestion(commit: string): Promise<void> {
    const { releases } = this.#parts
    if ((await releases.approved()) !== commit) await releases.clear()
    this.#asked = undefined
  }

  /** Another commit is in force: what was asked of the one before is void. Never rejects. */
  async begin(commit: CommitStamp): Promise<void> {
    await this.#forgetQuestion(commit.id).catch(() => undefined)
  }

  /** Nobody waits for a wave just now. An answer stays good for this commit: others may come to their waves. Never rejects. */
  async nobodyWaits(): Promise<void> {
    if (this.#asked === undefined) return
    this.#asked = undefined
    await this.#parts.releases.takeBack().catch(() => undefined)
  }

  async #ask(commit: CommitStamp, open: OpenWave): Promise<void> {
    const why = waveQuestion(commit, open)
    if (why === this.#asked) return
    this.#asked = why
    await this.#parts.releases.ask({ commit: commit.id, why })
  }
}
