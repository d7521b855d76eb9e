import { createHash } from 'node:crypto'
import { rangeRepository } from '../../adapters/git/range-repository.ts'
import { CommitSource } from '../../adapters/range-files/commit-source.ts'
import type { RangeSource } from '../../adapters/range-files/range-source.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import { BalancedParser } from '../../adapters/range-parser/range-parser.ts'
import { acceptedCommitFile, commitApprovalFiles } from '../../adapters/state/accepted-commit-files.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import { commitProvenance } from '../../controllers/git/commit-provenance.ts'
import { Accepting } from '../../controllers/git/accepting.ts'
import { gitSection } from '../../model/git-section.ts'
import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import type { FolderProvenance, RangeFiles } from '../../model/ports.ts'

/** A life of a process that takes range files from a repository, without the rest of it. */
export interface GitLife {
  readonly files: RangeFiles
  readonly approvals: CommitApprovalStore
  readonly accepting: Accepting
  readonly source: RangeSource
  readonly provenance: FolderProvenance
  /** Asks once. Resolves with what is told then: the commit in force, and the finding, `reason: message`. */
  poll(): Promise<Told>
  /** All that was logged, as one text. */
  readonly log: () => string
  /** Ids of ranges that changed since this was asked before. */
  changed(): readonly string[]
  /** What the commit in force tells of who changed what, as `JD: subject`; undefined where it tells nothing. */
  changes(): readonly string[] | undefined
}

interface Told {
  readonly commit: string | undefined
  readonly finding: string | undefined
  readonly reason: string | undefined
}

interface LifeOptions {
  readonly stateDir: string
  /** `lanista.git`. */
  readonly git: object
  /** For how long the server is waited for: seconds for its silence, milliseconds for a question and a fetch. */
  readonly patience?: {
    readonly connect: number
    readonly silent: number
    readonly ask: number
    readonly fetch: number
  }
  /** Default: this process' own. */
  readonly path?: string
}

/** Begins such a life, in real time. */
export async function openGitLife({ stateDir, git, patience, path }: LifeOptions): Promise<GitLife> {
  const settings = gitSection.parse(git)
  const { url, branch, path: folder, verify } = settings
  const lines: string[] = []
  const log = (message: string, fields?: object): void =>
    void lines.push(
      `${message} ${JSON.stringify(fields ?? {}, (_, value: unknown) => (value instanceof Error ? value.message : value))}`,
    )
  const source = new CommitSource('nothing yet')
  const approvals = commitApprovalFiles(stateDir)
  const place = {
    url,
    branch,
    path: folder,
    mode: verify.mode,
    source: createHash('sha256').update([url, branch, folder].join('\0')).digest('hex'),
  }
  const accepting = new Accepting({
    place,
    repository: rangeRepository({
      settings,
      stateDir,
      path: path ?? process.env['PATH'] ?? '',
      ...(patience === undefined ? {} : { patience }),
    }),
    store: acceptedCommitFile(stateDir),
    approvals,
    sink: source,
    clock: systemClock,
    logger: { info: log, warn: log, error: log },
    onStatus: () => undefined,
  })
  const files = watchRangeFiles({ source, clock: systemClock, parser: new BalancedParser(systemClock) })
  let changed: string[] = []
  await source.watch((id) => void changed.push(id), new AbortController().signal)
  return {
    files,
    approvals,
    accepting,
    source,
    provenance: commitProvenance(
      { source: place.source, origin: 'o', branch },
      () => accepting.accepted,
      accepting.removals,
    ),
    poll: async () => {
      await accepting.poll(new AbortController().signal)
      const { commit, finding } = accepting.status
      return { commit: commit?.id, finding: finding?.message, reason: finding?.reason }
    },
    log: () => lines.join('\n'),
    changed: () => {
      const before = [...new Set(changed)].sort()
      changed = []
      return before
    },
    changes: () => source.snapshot?.changes?.map(({ rangeId, commit }) => `${rangeId}: ${commit.subject}`),
  }
}
