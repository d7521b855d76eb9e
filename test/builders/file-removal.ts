import type { FileRemoval } from '../../model/file-removal.ts'
import type { CommitStamp } from '../../model/revision.ts'

/** A commit by Ann. */
export const stamp = (id: string, subject = `Commit ${id}`): CommitStamp => ({
  id,
  author: 'Ann <ann@example.org>',
  at: '2026-01-01T00:00:00.000Z',
  subject,
})

/** A removal by the one commit that was new. */
export const removal = (id: string, traits: Partial<FileRemoval> = {}): FileRemoval => ({
  by: stamp(id),
  after: 'before',
  upTo: stamp(id),
  commits: 1,
  rewritten: false,
  ranges: 1,
  ...traits,
})
