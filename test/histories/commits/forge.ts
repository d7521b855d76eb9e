import { createHash } from 'node:crypto'
import type { Commit } from '../../../model/commit-snapshot.ts'
import { type RangeFile, textOf } from '../range-text.ts'
import type { RangeId } from '../steps.ts'

/** Range files as one commit has them; where the folder was renamed there is none for Lanista. */
export interface Tree {
  readonly files: ReadonlyMap<RangeId, RangeFile>
  readonly isMoved: boolean
}

/** A commit, with all that its author meant by it. */
export interface ForgeCommit extends Commit {
  readonly content: Tree
  readonly isSigned: boolean
}

/** What is about to be committed. */
export interface Draft {
  readonly parents: readonly string[]
  readonly content: Tree
  readonly isSigned: boolean
  readonly author: string
  readonly subject: string
}

/** How a person gets at the server: where commits and the branch really are. */
export interface Vault {
  /** Stores a commit. @param at its date, in epoch milliseconds @returns its id */
  commit(draft: Draft, at: number): string
  /** Sets the branch, or removes it. */
  point(commit: string | undefined): void
}

/** A server's repository, as its authors know it. */
export class Forge {
  readonly #vault: Vault
  readonly #commits = new Map<string, ForgeCommit>()
  #branch: string | undefined

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** Where the branch is; undefined when there is none. */
  get branch(): string | undefined {
    return this.#branch
  }

  /** Every one that ever was. */
  get commits(): ReadonlyMap<string, ForgeCommit> {
    return this.#commits
  }

  of(id: string): ForgeCommit {
    const commit = this.#commits.get(id)
    if (commit === undefined) throw new Error(`nobody made commit ${id}`)
    return commit
  }

  commit(draft: Draft): string {
    // Long ago, and each at another time.
    const at = Date.UTC(2026, 0, 1) + this.#commits.size * 60_000
    const id = this.#vault.commit(draft, at)
    const { parents, content, isSigned, author, subject } = draft
    this.#commits.set(id, { id, parents, tree: treeId(content), author, at, subject, content, isSigned })
    return id
  }

  point(commit: string | undefined): void {
    this.#branch = commit
    this.#vault.point(commit)
  }

  /** The commits that a head has and another has not, the head first; of that other, undefined is one that has none. */
  since(head: string, other: string | undefined): readonly string[] {
    const known = other === undefined ? new Set<string>() : this.#reachable(other)
    return [...this.#reachable(head)].filter((id) => !known.has(id))
  }

  descends(commit: string, ancestor: string): boolean {
    return this.#reachable(commit).has(ancestor)
  }

  /** The nearest commit that both have; undefined when there is none. */
  base(head: string, other: string): string | undefined {
    const others = this.#reachable(other)
    return [...this.#reachable(head)].find((id) => others.has(id))
  }

  #reachable(head: string): Set<string> {
    const found = new Set([head])
    for (const id of found) for (const parent of this.of(id).parents) found.add(parent)
    return found
  }
}

export const idOf = (text: string): string => createHash('sha1').update(text).digest('hex')

/** What Lanista's reader makes of a text, to be known again. */
export const digestOf = (file: RangeFile): string => createHash('sha256').update(textOf(file)).digest('base64')

const treeId = ({ files, isMoved }: Tree): string =>
  idOf(JSON.stringify([isMoved, ...[...files].map(([id, file]) => [id, textOf(file)])]))

/** The files that count. */
export const filesIn = ({ files, isMoved }: Tree): ReadonlyMap<RangeId, RangeFile> => (isMoved ? new Map() : files)

/** A server in memory. */
export const imitatedVault = (): Vault => ({
  commit: (draft, at) => idOf(JSON.stringify([draft.parents, treeId(draft.content), draft.author, draft.subject, at])),
  point: () => undefined,
})
