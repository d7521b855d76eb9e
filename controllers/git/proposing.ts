import type { CommitSnapshot } from '../../model/commit-snapshot.ts'
import type { BroughtHead, RangeRepository } from '../../model/git-ports.ts'
import type { GitRef } from '../../model/git-ref.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { printable } from '../../model/printable.ts'
import type { ProposedCommit, Standing } from '../../model/proposed-commit.ts'
import { UserError } from '../../model/user-error.ts'
import type { SourceNames } from '../../reconcilers/git/git-words.ts'
import { commitsToTrust, judgeHead, type VerifyMode } from '../../reconcilers/git/judge-head.ts'
import { putTogether } from '../../reconcilers/git/put-together.ts'

/** What a proposed commit is looked at with. */
export interface ProposingParts {
  /** One of its own: what is fetched for others is not touched. */
  readonly repository: Pick<RangeRepository, 'named' | 'bring' | 'meeting' | 'verdicts'>
  /** Another, with nothing in it: of a commit whose history was fetched without its files, a server gives no files any more. */
  readonly blank: Pick<RangeRepository, 'bring'>
  readonly inForce: CommitSnapshot | undefined
  readonly mode: VerifyMode
  /** The folder of range files, in words. */
  readonly folder: string
}

/** A head with the files that count, and how it stands to what is in force. */
interface Placed {
  readonly brought: BroughtHead
  readonly standing: Standing
}

/**
 * A commit as it would be judged if it were the newest of the branch. One that lacks some of what is in force, as a branch that was made
 * some time ago does, is taken as merged into that: what others have added since is none of its removals.
 *
 * Nothing is put in force. Throws `UserError` when there is no such commit, `GitTrouble` when it can't be fetched.
 */
export async function propose(
  text: string,
  ref: GitRef,
  { repository, blank, inForce, mode, folder }: ProposingParts,
  signal: AbortSignal,
): Promise<ProposedCommit> {
  const head = await commitOf(text, ref, repository, signal)
  const own = await bringNamed(text, head, { repository, inForce, mode }, signal)
  if (own.files.kind === 'tooLarge')
    throw new UserError(
      `--git ${printable(text)}: the folder ${folder} has ${own.files.what}; remove what is not for Lanista from it`,
    )
  const { brought, standing } = await place(own, { repository, blank, inForce }, signal)
  const toTrust = commitsToTrust(mode, brought.commit, brought.descent) ?? []
  const verdicts = toTrust.length === 0 ? [] : await repository.verdicts(toTrust, signal)
  const accepted = inForce && { commit: inForce.commit.id, files: inForce.files.length }
  const names: SourceNames = { source: 'the proposed change', folder }
  const judgement = judgeHead({ brought, accepted, mode, verdicts, approved: undefined }, names)
  return {
    commit: brought.commit,
    inForce,
    files: brought.files.kind === 'files' ? brought.files.snapshot : { commit: brought.commit, files: [] },
    standing,
    refusal: judgement.kind === 'refuse' ? judgement : undefined,
  }
}

async function commitOf(
  text: string,
  ref: GitRef,
  repository: ProposingParts['repository'],
  signal: AbortSignal,
): Promise<string> {
  if (ref.kind === 'commit') return ref.id
  const found = await repository.named(ref.names, signal)
  const [first, ...others] = found
  const subject = `--git ${printable(text)}`
  if (first === undefined)
    throw new UserError(
      `${subject}: the repository has no such branch, tag or ref; push it, or give one that is there, or all 40 digits of a commit`,
    )
  if (others.some(({ commit }) => commit !== first.commit))
    throw new UserError(
      `${subject}: the repository has several of that name; give one of ${found.map(({ name }) => printable(name)).join(' and ')}`,
    )
  return first.commit
}

async function place(
  brought: BroughtHead,
  { repository, blank, inForce }: Pick<ProposingParts, 'repository' | 'blank' | 'inForce'>,
  signal: AbortSignal,
): Promise<Placed> {
  const { descent } = brought
  if (inForce === undefined || descent.kind === 'first') return { brought, standing: { kind: 'first' } }
  if (descent.kind === 'follows') return { brought, standing: { kind: 'follows' } }
  const meeting = await meetingOf(brought.commit.id, inForce.commit.id, repository, signal)
  if (meeting.kind === 'none') return { brought, standing: { kind: 'other' } }
  const base = await blank.bring(meeting.commit, undefined, false, signal)
  const { snapshot, both } = putTogether(filesOf(base), inForce, filesOf(brought))
  // A folder that is in neither is in no merge of them.
  const files = snapshot.files.length === 0 && brought.files.kind !== 'files' ? brought.files : undefined
  return {
    brought: {
      commit: brought.commit,
      descent: { kind: 'follows', since: meeting.since },
      files: files ?? { kind: 'files', snapshot },
    },
    standing: { kind: 'behind', both },
  }
}

/** Where the server no longer gives what is in force, the two are of different histories for all that can be told. */
async function meetingOf(
  head: string,
  other: string,
  repository: ProposingParts['repository'],
  signal: AbortSignal,
): ReturnType<RangeRepository['meeting']> {
  try {
    return await repository.meeting(head, other, signal)
  } catch (error) {
    if (!(error instanceof GitTrouble) || error.reason !== 'FetchFailed') throw error
    return { kind: 'none' }
  }
}

async function bringNamed(
  text: string,
  head: string,
  { repository, inForce, mode }: Pick<ProposingParts, 'repository' | 'inForce' | 'mode'>,
  signal: AbortSignal,
): Promise<BroughtHead> {
  try {
    return await repository.bring(head, inForce?.commit.id, mode === 'every', signal)
  } catch (error) {
    // In a repository that is made for this, nothing else can be damaged, and nothing else be asked for in vain.
    const isNone =
      error instanceof GitTrouble && (error.reason === 'RepositoryDamaged' || error.reason === 'FetchFailed')
    if (!isNone) throw error
    throw new UserError(
      `--git ${printable(text)}: the repository does not give it as a commit; push it, and give its branch, or all 40 digits of it`,
      error,
    )
  }
}

const filesOf = ({ commit, files }: BroughtHead): CommitSnapshot =>
  files.kind === 'files' ? files.snapshot : { commit, files: [] }
