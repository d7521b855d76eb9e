import type { CommitFile } from '../../model/commit-snapshot.ts'
import { type EntryName, entryName } from '../range-files/file-id.ts'
import { LUDUS_NAMES } from '../range-files/find-range-files.ts'
import { readTree, type TreeEntry } from './objects.ts'

/** A place of a range file in a commit, and what is there. */
export interface Place extends Omit<CommitFile, 'content' | 'look'> {
  readonly entry: TreeEntry
}

/** An entry of the folder of range files that is not to be passed over. */
export interface NamedEntry {
  readonly entry: TreeEntry
  readonly name: Exclude<EntryName, { readonly kind: 'ignored' }>
  readonly path: string
}

/** The entries of the folder of range files that a range may be in. @param folder empty: the top */
export const namedEntries = (content: Buffer, idBytes: number, folder: string): readonly NamedEntry[] =>
  readTree(content, idBytes).flatMap((entry) => {
    const name = entryName(entry.name)
    return name.kind === 'ignored'
      ? []
      : [{ entry, name, path: folder === '' ? entry.name : `${folder}/${entry.name}` }]
  })

/** Those of them that are folders, in which a range's file may be. */
export const foldersAmong = (entries: readonly NamedEntry[]): readonly NamedEntry[] =>
  entries.filter(({ entry, name }) => name.kind === 'folder' && entry.kind === 'folder')

/** The range files in a folder of one range. @param content of its tree */
export const placesInside = (
  { name: { id, misnamed }, path }: NamedEntry,
  content: Buffer,
  idBytes: number,
): readonly Place[] =>
  readTree(content, idBytes)
    .filter(({ name }) => LUDUS_NAMES.some((each) => each === name))
    .map((entry) => ({ id, misnamed, path: `${path}/${entry.name}`, entry }))

/** The range files that are in no folder of their own. */
export const placesDirect = (entries: readonly NamedEntry[]): readonly Place[] =>
  entries.flatMap(({ entry, name: { kind, id, misnamed }, path }): readonly Place[] => {
    // A range's folder that can't be looked into may hold its file, unless its name is no range's.
    const isHidden = kind === 'folder' && (entry.kind === 'symlink' || entry.kind === 'submodule') && !misnamed
    return kind === 'file' || isHidden ? [{ id, misnamed, path, entry }] : []
  })

/** A file's kind and id: another content has another. */
export const lookOf = ({ kind, id }: TreeEntry): string => `${kind} ${id}`

/** How all files of ranges look, by their ids in lower case: ids that differ only in case are one family. */
export function familyLooks(
  files: readonly { readonly id: string; readonly path: string; readonly look: string }[],
): ReadonlyMap<string, string> {
  const looks = new Map<string, string>()
  for (const { id, path, look } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    looks.set(id.toLowerCase(), `${looks.get(id.toLowerCase()) ?? ''}\n${path} ${look}`)
  return looks
}
