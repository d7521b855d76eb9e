import { join } from 'node:path'
import type { Commit, CommitSnapshot } from '../../model/commit-snapshot.ts'
import type { BroughtHead, RangeRepository, SignatureVerdict } from '../../model/git-ports.ts'
import type { GitSettings } from '../../model/git-section.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { printable } from '../../model/printable.ts'
import { changesSince } from './changes-since.ts'
import { descentOf, fetchFiles, fetchHead } from './fetch-head.ts'
import { asideIn } from './git-environment.ts'
import { readCommit } from './objects.ts'
import { GIT_PATIENCE, OwnGit, type GitPatience } from './own-git.ts'
import { meetingOf } from './merge-base.ts'
import { OwnRepository } from './own-repository.ts'
import { SnapshotReader } from './read-snapshot.ts'
import { Signatures } from './signatures.ts'

/** Where it is kept, and what it is fetched with. */
export interface RepositoryParts {
  readonly settings: GitSettings
  readonly stateDir: string
  /** Where programs are looked for, as `PATH` says it. */
  readonly path: string
  readonly patience?: GitPatience
}

/** The repository of the configuration, fetched into one of Lanista's own below the state directory by the system's git. */
export function rangeRepository({
  settings,
  stateDir,
  path,
  patience = GIT_PATIENCE,
}: RepositoryParts): RangeRepository {
  const git = new OwnGit({ folder: join(stateDir, 'git'), path }, settings, patience)
  const own = new OwnRepository(git)
  const reader = new SnapshotReader(git, settings.path)
  const before = new SnapshotReader(new OwnGit(asideIn(git.home), settings, patience), settings.path)
  const signatures = new Signatures(git.home, settings.verify)
  return {
    remoteHead: async (signal) => {
      await own.prepare(signal)
      const ref = `refs/heads/${settings.branch}`
      const output = await git.withServer('ask', ['ls-remote', '--quiet', '--', 'origin', ref], {}, signal)
      return headIn(output.toString('utf8'), ref)
    },
    named: async (names, signal) => {
      await own.prepare(signal)
      // What a tag with a message of its own stands for is told under this name.
      const peeled = names.map((name) => `${name}^{}`)
      const asked = ['ls-remote', '--quiet', '--', 'origin', ...names, ...peeled]
      const output = (await git.withServer('ask', asked, {}, signal)).toString('utf8')
      return names.flatMap((name) => {
        const commit = headIn(output, `${name}^{}`) ?? headIn(output, name)
        return commit === undefined ? [] : [{ name, commit }]
      })
    },
    meeting: async (head, other, signal) => {
      await own.prepare(signal)
      await own.make(head, signal)
      return await meetingOf(git, head, other, signal)
    },
    bring: async (head, accepted, all, signal): Promise<BroughtHead> => {
      await own.prepare(signal)
      await own.make(head, signal)
      await own.dropRefused(signal)
      await fetchHead(git, head, signal)
      const commit = await commitOf(reader, head, signal)
      const descent = await descentOf(git, commit, accepted, all, signal)
      const files = await reader.read(commit, (ids) => fetchFiles(git, ids, signal), signal)
      return { commit, descent, files }
    },
    changes: (accepted, head, signal) => changesSince(git, settings.path, { accepted, head }, signal),
    verdicts: async (ids, signal): Promise<readonly SignatureVerdict[]> => {
      const objects = await reader.objects(ids, signal)
      const verdicts: SignatureVerdict[] = []
      for (const [index, id] of ids.entries()) {
        const content = objects[index]?.content
        if (content === undefined) throw lost(id)
        verdicts.push({ commit: readCommit(id, content), result: await signatures.judge(content, signal) })
      }
      return verdicts
    },
    read: async (id, signal): Promise<CommitSnapshot> => {
      try {
        return await readKept(reader, id, signal)
      } catch (error) {
        // Whoever was killed while it was fetched anew has left the commit where it was set aside.
        return await readKept(before, id, signal).catch(() => {
          throw error
        })
      }
    },
    keep: (commit, signal) => own.keep(commit, signal),
    startAnew: () => own.setAside(),
    goBack: () => own.putBack(),
  }
}

async function readKept(reader: SnapshotReader, id: string, signal: AbortSignal): Promise<CommitSnapshot> {
  const commit = await commitOf(reader, id, signal)
  const files = await reader.read(commit, undefined, signal)
  if (files.kind === 'tooLarge') throw lost(id)
  return files.kind === 'files' ? files.snapshot : { commit, files: [] }
}

async function commitOf(reader: SnapshotReader, id: string, signal: AbortSignal): Promise<Commit> {
  const [object] = await reader.objects([id], signal)
  if (object?.type !== 'commit') throw lost(id)
  return readCommit(id, object.content)
}

const lost = (id: string): GitTrouble =>
  new GitTrouble(
    'RepositoryDamaged',
    `commit ${printable(id, 12)} can't be read from what was fetched; it is fetched anew`,
  )

/** The id at exactly that name: the server may tell of others that end like it. */
function headIn(output: string, ref: string): string | undefined {
  for (const line of output.split('\n')) {
    const [, id, name] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(.*)$/.exec(line) ?? []
    if (name === ref) return id
  }
  return undefined
}
