import { createHash } from 'node:crypto'
import { CommitSource } from '../../adapters/range-files/commit-source.ts'
import type { FollowedFiles } from '../../controllers/revisions/followed-files.ts'
import type { Commit } from '../../model/commit-snapshot.ts'
import { followedSource } from './followed-files.ts'

/** Commits in force, one after the other, without a repository that they would be in. */
export interface Commits {
  readonly source: CommitSource
  readonly followed: FollowedFiles
  /** Puts a commit with exactly these files in force. @param files by name, or by range id. @returns its id */
  push(files: Readonly<Record<string, string>>, subject?: string, author?: string): string
}

const idOf = (text: string): string => createHash('sha1').update(text).digest('hex')

/** @param more what an earlier life has left, where that is not nothing */
export function commits(more: Partial<FollowedFiles> = {}): Commits {
  const source = new CommitSource('nothing is in force yet')
  let count = 0
  return {
    source,
    followed: followedSource(source, { areCommits: true, ...more }),
    push: (files, subject = 'Change ranges', author = 'Ann <ann@example.org>') => {
      count += 1
      const before = source.snapshot
      const commit: Commit = {
        id: idOf(`${count} ${subject} ${JSON.stringify(files)}`),
        parents: before === undefined ? [] : [before.commit.id],
        tree: idOf(JSON.stringify(files)),
        author,
        at: Date.UTC(2026, 0, count),
        subject,
      }
      const lookOf = (name: string): string | undefined =>
        before?.files.find(({ id }) => id === name.replace(/\.yml$/, ''))?.look
      const changed = Object.entries(files).filter(([name, text]) => lookOf(name) !== idOf(text))
      const isLeft = (id: string): boolean => Object.keys(files).some((name) => name.replace(/\.yml$/, '') === id)
      const removed = (before?.files ?? []).flatMap(({ id }) => (isLeft(id) ? [] : [[id] as const]))
      source.swap({
        commit,
        ...(before === undefined
          ? {}
          : { changes: [...changed, ...removed].map(([name]) => ({ rangeId: name.replace(/\.yml$/, ''), commit })) }),
        files: Object.entries(files)
          .map(([name, text]) => ({
            id: name.replace(/\.yml$/, ''),
            path: `ranges/${name.replace(/\.yml$/, '')}.yml`,
            misnamed: false,
            look: idOf(text),
            content: { kind: 'bytes' as const, bytes: Buffer.from(text) },
          }))
          .sort((a, b) => (a.path < b.path ? -1 : 1)),
      })
      return commit.id
    },
  }
}
