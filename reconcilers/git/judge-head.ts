import type { Commit, CommitSnapshot } from '../../model/commit-snapshot.ts'
import type { BroughtHead, Descent, SignatureVerdict } from '../../model/git-ports.ts'
import type { GitFinding } from '../../model/git-trouble.ts'
import { bySomebody } from '../../model/revision.ts'
import { distrust, whyNoDescent, type SourceNames } from './git-words.ts'

export type VerifyMode = 'off' | 'head' | 'every'

/** A head that was fetched whole, and all that is known when it is judged. */
export interface HeadSeen {
  readonly brought: BroughtHead
  /** The commit in force, with how many range files are in it; undefined when none is. */
  readonly accepted:
    | { readonly commit: string; readonly files: number; readonly noFolder?: boolean | undefined }
    | undefined
  readonly mode: VerifyMode
  /** Of the commits that `commitsToTrust` names. */
  readonly verdicts: readonly SignatureVerdict[]
  /** The commit that a person has approved of. */
  readonly approved: string | undefined
}

/** What becomes of a head. */
export type Judgement =
  | {
      readonly kind: 'accept'
      readonly snapshot: CommitSnapshot
      readonly follows: boolean
      /** It has no folder of range files, and is meant to have none. */
      readonly noFolder: boolean
    }
  /** `approvable`: it goes in force when a person approves of exactly it. */
  | { readonly kind: 'refuse'; readonly finding: GitFinding; readonly approvable: boolean }

/**
 * The commits whose signatures count; undefined when there are more than are looked at. Of a head that has nothing to do with the one
 * in force it is the head: who approves of it approves of what it descends from.
 */
export function commitsToTrust(mode: VerifyMode, head: Commit, descent: Descent): readonly string[] | undefined {
  if (mode === 'off') return []
  if (mode === 'head' || descent.kind !== 'follows') return [head.id]
  if (descent.since === undefined) return undefined
  return descent.since.includes(head.id) ? descent.since : [head.id, ...descent.since]
}

/**
 * Whether a head goes in force. A person's word goes for what may be meant, such as a history that was rewritten or a folder that was
 * emptied; it makes no commit trusted.
 */
export function judgeHead(
  { brought: { commit, descent, files }, accepted, mode, verdicts, approved }: HeadSeen,
  names: SourceNames,
): Judgement {
  const subject = `${names.source}: commit ${bySomebody(commit)}`
  const refuse = (reason: GitFinding['reason'], rest: string, approvable = false): Judgement => ({
    kind: 'refuse',
    finding: { reason, message: `${subject}: ${rest}`, refused: { commit: commit.id, why: rest } },
    approvable,
  })
  const wanted = commitsToTrust(mode, commit, descent)
  if (wanted === undefined)
    return refuse(
      'NotTrusted',
      'more commits are new than the signatures of which are looked at; push some of them first, or set lanista.git.verify.mode to head',
    )
  // One that is not good is enough, whether the others were looked at or not.
  const isBad = (id: string): boolean =>
    verdicts.some(({ commit: { id: its }, result }) => its === id && result.kind !== 'good')
  for (const id of [...wanted.filter(isBad), ...wanted]) {
    const verdict = verdicts.find((each) => each.commit.id === id)
    const why = distrust(verdict, id, commit.id)
    if (why !== undefined) return refuse('NotTrusted', why)
  }
  const isApproved = approved === commit.id
  if (files.kind === 'tooLarge')
    return refuse('TooLarge', `the folder ${names.folder} has ${files.what}; remove what is not for Lanista from it`)
  const snapshot = files.kind === 'files' ? files.snapshot : { commit, files: [] }
  const isEmptied = snapshot.files.length === 0 && (accepted?.files ?? 0) > 0
  const noFolder = `there is no folder ${names.folder} in it`
  const noFile = `there is no range file in its folder ${names.folder}`
  // Who approves of it is told of all that it would do.
  const emptied = isEmptied ? (files.kind === 'noFolder' ? noFolder : noFile) : undefined
  const unrelated = whyNoDescent(descent, accepted?.commit, { head: commit.id, emptied })
  if (unrelated !== undefined && !isApproved) return refuse('HistoryRewritten', unrelated, true)
  // Who has approved of a commit without the folder is not asked about each that comes after it.
  if (files.kind === 'noFolder' && !((isApproved && accepted !== undefined) || accepted?.noFolder === true))
    return refuse(
      'PathMissing',
      `${noFolder}; put it back, or set lanista.git.path${accepted === undefined ? '' : `; if it is meant to be gone, ${approve(commit.id)}`}`,
      accepted !== undefined,
    )
  if (isEmptied && !isApproved)
    return refuse(
      'PathEmpty',
      `${noFile}; put them back, or set lanista.git.path; if they are meant to be gone, ${approve(commit.id)}`,
      true,
    )
  return { kind: 'accept', snapshot, follows: descent.kind === 'follows', noFolder: files.kind === 'noFolder' }
}

const approve = (id: string): string => `run lanista approve --commit ${id.slice(0, 12)}`
