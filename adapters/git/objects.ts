import { GitTrouble } from '../../model/git-trouble.ts'
import type { Commit } from '../../model/commit-snapshot.ts'

/** One answer of `git cat-file --batch`; undefined: there is no such object here. */
export type BatchObject = { readonly id: string; readonly type: string; readonly content: Buffer } | undefined

/** The answers of `git cat-file --batch`, in the order of the questions. Throws when it is none. */
export function readBatch(output: Buffer): readonly BatchObject[] {
  const objects: BatchObject[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0x0a, at)
    const head = output.subarray(at, end === -1 ? output.length : end).toString('latin1')
    const [, id, type, digits] = /^([0-9a-f]{40,64}) ([a-z]+) ([0-9]+)$/.exec(head) ?? []
    if (id === undefined || type === undefined || end === -1) {
      // `<what was asked for> missing`, where what was asked for has no newline.
      objects.push(undefined)
      at = end === -1 ? output.length : end + 1
      continue
    }
    const size = Number(digits)
    const content = output.subarray(end + 1, end + 1 + size)
    if (content.length !== size)
      throw new GitTrouble('RepositoryDamaged', 'git: its answer was cut off; it is asked again')
    objects.push({ id, type, content })
    at = end + 1 + size + 1
  }
  return objects
}

/** An entry of a tree. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule'
  /** With any character but a NUL and a slash. */
  readonly name: string
  readonly id: string
}

/** The entries of a tree object, in its order. */
export function readTree(content: Buffer, idBytes: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length;) {
    const [blank, nul] = [content.indexOf(0x20, at), content.indexOf(0x00, at)]
    if (blank === -1 || nul === -1 || blank > nul || nul + 1 + idBytes > content.length)
      throw new GitTrouble('ObjectsRefused', 'a folder of the commit is broken; look at the repository with git fsck')
    entries.push({
      kind: kindOf(content.subarray(at, blank).toString('latin1')),
      name: content.subarray(blank + 1, nul).toString('utf8'),
      id: content.subarray(nul + 1, nul + 1 + idBytes).toString('hex'),
    })
    at = nul + 1 + idBytes
  }
  return entries
}

function kindOf(mode: string): TreeEntry['kind'] {
  if (mode === '40000' || mode === '040000') return 'folder'
  if (mode === '120000') return 'symlink'
  return mode === '160000' ? 'submodule' : 'file'
}

/** A commit as its object says it. */
export function readCommit(id: string, content: Buffer): Commit {
  const text = content.toString('utf8')
  const split = text.indexOf('\n\n')
  const head = split === -1 ? text : text.slice(0, split)
  const lines = head.split('\n')
  const valueOf = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1)
  // Git knows those alone that follow the tree: a line like them below is a header that it, and its checks, pass over.
  const below = lines.slice(1).findIndex((line) => !line.startsWith('parent '))
  const parents = lines.slice(1, below === -1 ? undefined : below + 1)
  const [, author = '', seconds = '0'] = /^(.*?) (-?[0-9]{1,12}) [+-][0-9]{4}$/.exec(valueOf('author') ?? '') ?? []
  return {
    id,
    parents: parents.flatMap((line) => /^parent ([0-9a-f]{40,64})$/.exec(line)?.slice(1) ?? []),
    tree: valueOf('tree') ?? '',
    author,
    at: Number(seconds) * 1000,
    subject:
      split === -1
        ? ''
        : (text
            .slice(split + 2)
            .split('\n')
            .find((line) => line.trim() !== '')
            ?.trim() ?? ''),
  }
}
