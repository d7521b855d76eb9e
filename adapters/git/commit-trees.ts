import { setImmediate } from 'node:timers/promises'
import type { Commit } from '../../model/commit-snapshot.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { fetchTrees } from './fetch-head.ts'
import { readBatch, readCommit, readTree } from './objects.ts'
import type { OwnGit } from './own-git.ts'
import {
  familyLooks,
  foldersAmong,
  lookOf,
  type NamedEntry,
  namedEntries,
  placesDirect,
  placesInside,
} from './range-places.ts'

/** What is looked at of a history at most, whoever wrote it: so many trees, and so many bytes of them and of commits. */
export interface TreeBounds {
  readonly trees: number
  readonly bytes: number
}

/** How range files look, by their ids in lower case; one that has no file is left out. */
type FamilyLooks = ReadonlyMap<string, string>

/** Of ids that are asked for, so many go first; what they come to tells whether more are. */
const FIRST_FETCH = 16

/** Commits and trees of a history, fetched as far as they are not here, and never a file. Its functions throw `GitTrouble`. */
export class CommitTrees {
  readonly #git: OwnGit
  readonly #path: string
  readonly #signal: AbortSignal
  #left: TreeBounds

  /** @param path the folder of range files; empty: the top */
  constructor(git: OwnGit, path: string, bounds: TreeBounds, signal: AbortSignal) {
    this.#git = git
    this.#path = path
    this.#left = bounds
    this.#signal = signal
  }

  /** Commits that are here. */
  async commits(ids: readonly string[]): Promise<readonly Commit[]> {
    return [...(await this.#contents(ids, 'commit'))].map(([id, content]) => readCommit(id, content))
  }

  /** How the files of ranges look in commits, by the commits' ids. @param families of the ranges, in lower case */
  async looks(commits: readonly Commit[], families: ReadonlySet<string>): Promise<ReadonlyMap<string, FamilyLooks>> {
    let folders = new Map(commits.map(({ id, tree }): [string, string | undefined] => [id, tree]))
    for (const part of this.#path.split('/').filter((each) => each !== '')) {
      const below = new Map<string, string | undefined>()
      for (const [id, content] of await this.#trees([...folders.values()])) {
        const entry = readTree(content, id.length / 2).find(({ name }) => name === part)
        below.set(id, entry?.kind === 'folder' ? entry.id : undefined)
      }
      folders = new Map([...folders].map(([commit, tree]) => [commit, below.get(tree ?? '')]))
    }
    const looks = await this.#looksIn([...folders.values()], families)
    return new Map([...folders].map(([commit, tree]) => [commit, looks.get(tree ?? '') ?? new Map<string, string>()]))
  }

  async #looksIn(
    ids: readonly (string | undefined)[],
    families: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, FamilyLooks>> {
    const folders: { readonly id: string; readonly entries: readonly NamedEntry[] }[] = []
    for (const [id, content] of await this.#trees(ids)) {
      await this.#giveWay()
      const entries = namedEntries(content, id.length / 2, this.#path)
      folders.push({ id, entries: entries.filter(({ name }) => families.has(name.id.toLowerCase())) })
    }
    const inside = await this.#trees(
      folders.flatMap(({ entries }) => foldersAmong(entries).map(({ entry }) => entry.id)),
    )
    const looks = new Map<string, FamilyLooks>()
    for (const { id, entries } of folders) {
      await this.#giveWay()
      const own = foldersAmong(entries).flatMap((folder) =>
        placesInside(folder, inside.get(folder.entry.id) ?? Buffer.alloc(0), id.length / 2),
      )
      const places = [...placesDirect(entries), ...own]
      looks.set(id, familyLooks(places.map(({ entry, ...place }) => ({ ...place, look: lookOf(entry) }))))
    }
    return looks
  }

  /** Nobody else waits for the reading of all of them. */
  async #giveWay(): Promise<void> {
    await setImmediate()
    this.#signal.throwIfAborted()
  }

  /** Contents of trees, by their ids. What is not here is asked for, some at first, as nobody knows how large they are. */
  async #trees(ids: readonly (string | undefined)[]): Promise<ReadonlyMap<string, Buffer>> {
    const wanted = [...new Set(ids)].filter((id) => id !== undefined)
    this.#take({ trees: wanted.length, bytes: 0 })
    const here = await this.#sizes(wanted, 'tree')
    const missing = wanted.filter((id) => !here.has(id))
    let fetched = 0
    for (let [at, count] = [0, FIRST_FETCH]; at < missing.length; at += count, count *= 4) {
      const part = missing.slice(at, at + count)
      await fetchTrees(this.#git, part, this.#signal)
      for (const size of (await this.#sizes(part, 'tree')).values()) fetched += size
      if (fetched > this.#left.bytes) throw tooMuch()
    }
    return await this.#contents(wanted, 'tree')
  }

  async #contents(ids: readonly string[], type: 'commit' | 'tree'): Promise<ReadonlyMap<string, Buffer>> {
    if (ids.length === 0) return new Map()
    const sizes = await this.#sizes(ids, type)
    const lost = ids.find((id) => !sizes.has(id))
    if (lost !== undefined) throw new GitTrouble('FetchFailed', `the server does not give the ${type} ${lost}`)
    this.#take({ trees: 0, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) })
    const objects = readBatch(await this.#git.own(['cat-file', '--batch'], { input: linesOf(ids) }, this.#signal))
    return new Map(objects.flatMap((object) => (object === undefined ? [] : [[object.id, object.content] as const])))
  }

  /** Of those that are here, in bytes. */
  async #sizes(ids: readonly string[], type: 'commit' | 'tree'): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map()
    const output = await this.#git.own(['cat-file', '--batch-check'], { input: linesOf(ids) }, this.#signal)
    const told = output.toString('latin1').split('\n')
    return new Map(
      told.flatMap((line) => {
        const [id = '', kind, size] = line.split(' ')
        return kind === type ? [[id, Number(size)] as const] : []
      }),
    )
  }

  #take({ trees, bytes }: TreeBounds): void {
    this.#left = { trees: this.#left.trees - trees, bytes: this.#left.bytes - bytes }
    if (this.#left.trees < 0 || this.#left.bytes < 0) throw tooMuch()
  }
}

const linesOf = (ids: readonly string[]): string => ids.map((id) => `${id}\n`).join('')
/** That a history is not looked at any further. */
export const tooMuch = (): GitTrouble =>
  new GitTrouble('TooLarge', 'the new commits have more and larger folders, or more parents, than are looked at')
