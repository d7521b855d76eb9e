import type { Commit, CommitContent } from '../../model/commit-snapshot.ts'
import type { HeadFiles } from '../../model/git-ports.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { YAML_LIMITS } from '../yaml-file/parse-within-limits.ts'
import { type BatchObject, readBatch, readTree, type TreeEntry } from './objects.ts'
import type { OwnGit } from './own-git.ts'
import { foldersAmong, lookOf, namedEntries, type Place, placesDirect, placesInside } from './range-places.ts'

/** So many entries of a folder, and so many range files, are looked at. A cluster has 153 ranges at most. */
const MOST_FILES = 5000
/** So many bytes of range files are held in memory. */
const MOST_BYTES = 128 * 1_048_576

/** Reads the range files of a commit out of the object store; nothing is ever checked out. */
export class SnapshotReader {
  readonly #git: Pick<OwnGit, 'own'>
  readonly #path: string

  /** @param path the folder of range files; empty: the top */
  constructor(git: Pick<OwnGit, 'own'>, path: string) {
    this.#git = git
    this.#path = path
  }

  /**
   * @param fetchMissing brings files that are not here yet, by the ids of their objects; undefined: what is missing is damage
   */
  async read(
    commit: Commit,
    fetchMissing: ((ids: readonly string[]) => Promise<void>) | undefined,
    signal: AbortSignal,
  ): Promise<HeadFiles> {
    const tree = await this.#folderOf(commit, signal)
    if (tree === undefined) return { kind: 'noFolder' }
    const places = await this.#places(tree, signal)
    if (places === undefined || places.length > MOST_FILES)
      return { kind: 'tooLarge', what: `more than ${MOST_FILES} range files, or folders that might hold one` }
    const ids = [...new Set(places.flatMap(({ entry }) => (entry.kind === 'file' ? [entry.id] : [])))]
    const sizes = await this.#sizesOf(ids, fetchMissing, signal)
    const small = ids.filter((id) => (sizes.get(id) ?? 0) <= YAML_LIMITS.characters)
    const bytes = small.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0)
    if (bytes > MOST_BYTES)
      return {
        kind: 'tooLarge',
        what: `range files of ${Math.ceil(bytes / 1_048_576)} MiB, of which at most 128 are held`,
      }
    const loaded = await this.objects(small, signal)
    const contents = new Map(small.map((id, index) => [id, loaded[index]]))
    const contentOf = ({ kind, id }: TreeEntry): CommitContent => {
      if (kind !== 'file') return { kind }
      const size = sizes.get(id) ?? 0
      if (size > YAML_LIMITS.characters) return { kind: 'tooLarge', size }
      const content = contents.get(id)?.content
      if (content === undefined) throw damaged(id)
      return { kind: 'bytes', bytes: content }
    }
    const files = places.map(({ entry, ...place }) => ({
      ...place,
      look: lookOf(entry),
      content: contentOf(entry),
    }))
    return { kind: 'files', snapshot: { commit, files } }
  }

  /** Objects by their names, in that order; undefined for those that are not here. */
  async objects(names: readonly string[], signal: AbortSignal): Promise<readonly BatchObject[]> {
    if (names.length === 0) return []
    const input = names.map((name) => `${name}\n`).join('')
    return readBatch(await this.#git.own(['cat-file', '--batch'], { input }, signal))
  }

  /**
   * The folder of range files; undefined when the commit has none. From folder to folder, so that one that can't be read is not taken
   * for one that is not there.
   */
  async #folderOf(commit: Commit, signal: AbortSignal): Promise<NonNullable<BatchObject> | undefined> {
    let id = commit.tree
    const read = async (): Promise<NonNullable<BatchObject>> => {
      const [tree] = await this.objects([id], signal)
      if (tree?.type !== 'tree') throw damaged(id)
      return tree
    }
    for (const part of this.#path.split('/').filter((each) => each !== '')) {
      const { id: of, content } = await read()
      const entry = readTree(content, of.length / 2).find(({ name }) => name === part)
      if (entry?.kind !== 'folder') return undefined
      id = entry.id
    }
    return await read()
  }

  /** In order of path; undefined when there are more than are looked at. */
  async #places(tree: NonNullable<BatchObject>, signal: AbortSignal): Promise<readonly Place[] | undefined> {
    const idBytes = tree.id.length / 2
    const entries = namedEntries(tree.content, idBytes, this.#path)
    const folders = foldersAmong(entries)
    if (folders.length > MOST_FILES) return undefined
    const trees = await this.objects(
      folders.map(({ entry }) => entry.id),
      signal,
    )
    const inside = folders.flatMap((folder, index): readonly Place[] => {
      const own = trees[index]
      if (own?.type !== 'tree') throw damaged(folder.entry.id)
      return placesInside(folder, own.content, idBytes)
    })
    const direct = placesDirect(entries)
    return [...direct, ...inside].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  async #sizesOf(
    ids: readonly string[],
    fetchMissing: ((ids: readonly string[]) => Promise<void>) | undefined,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const sizes = await this.#sizesHere(ids, signal)
    const missing = ids.filter((id) => !sizes.has(id))
    if (missing.length === 0) return sizes
    if (fetchMissing === undefined) throw damaged(missing[0] ?? '')
    await fetchMissing(missing)
    const now = await this.#sizesHere(ids, signal)
    const still = ids.find((id) => !now.has(id))
    if (still !== undefined) throw damaged(still)
    return now
  }

  async #sizesHere(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map()
    const input = ids.map((id) => `${id}\n`).join('')
    const output = await this.#git.own(['cat-file', '--batch-check'], { input }, signal)
    return new Map(
      output
        .toString('latin1')
        .split('\n')
        .flatMap((line) => {
          const [, id, digits] = /^([0-9a-f]{40,64}) blob ([0-9]+)$/.exec(line) ?? []
          return id === undefined ? [] : [[id, Number(digits)] as const]
        }),
    )
  }
}

const damaged = (id: string): GitTrouble =>
  new GitTrouble('RepositoryDamaged', `an object of the commit is not there (${id.slice(0, 12)}); it is fetched anew`)
