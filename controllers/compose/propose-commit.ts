import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rangeRepository } from '../../adapters/git/range-repository.ts'
import type { RangeSource } from '../../adapters/range-files/range-source.ts'
import { viewOf } from '../../adapters/range-files/commit-source.ts'
import type { CommitSnapshot } from '../../model/commit-snapshot.ts'
import { readGitRef } from '../../model/git-ref.ts'
import type { GitSettings } from '../../model/git-section.ts'
import { printable } from '../../model/printable.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import type { ProposedCommit } from '../../model/proposed-commit.ts'
import { UserError } from '../../model/user-error.ts'
import { sourceNames } from '../../reconcilers/git/git-words.ts'
import { propose } from '../git/proposing.ts'

/** What a person named, and what it is compared with. */
export interface ProposalAsked {
  readonly ref: string
  readonly inForce: CommitSnapshot | undefined
  /** Where programs are looked for. */
  readonly path: string
}

/** Fetches a proposed commit into a folder that is gone afterwards; nothing else is written. Throws `UserError`. */
export async function proposeCommit(
  settings: GitSettings,
  { ref, inForce, path }: ProposalAsked,
  signal: AbortSignal,
): Promise<ProposedCommit> {
  const read = readGitRef(ref)
  if (read.kind === 'unusable') throw new UserError(`--git ${printable(ref)}: ${read.finding}; ${read.remedy}`)
  const stateDir = await mkdtemp(join(tmpdir(), 'lanista-git-'))
  try {
    const repository = rangeRepository({ settings, stateDir, path })
    const blank = rangeRepository({ settings, stateDir: join(stateDir, 'blank'), path })
    const parts = { repository, blank, inForce, mode: settings.verify.mode, folder: sourceNames(settings).folder }
    return await propose(ref, read.ref, parts, signal)
  } catch (error) {
    throw error instanceof GitTrouble ? new UserError(`--git ${printable(ref)}: ${error.message}`, error) : error
  } finally {
    await rm(stateDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The files that would be in force, as one that never changes. */
export const proposedSource = ({ files }: ProposedCommit): RangeSource => {
  const view = viewOf(files)
  return { view: () => Promise.resolve(view), watch: () => Promise.resolve() }
}
