import { EMPTY_FILE, type RangeFile } from '../range-text.ts'
import type { RangeId } from '../steps.ts'
import type { Change, CommitStep } from './commit-steps.ts'
import { type Draft, type Forge, filesIn, type Tree } from './forge.ts'

type Push = Extract<CommitStep, { kind: 'push' }>
type Branching = Extract<CommitStep, { kind: 'branch' }>

const AUTHORS = ['Ann <ann@example.org>', 'Bob <bob@example.org>', 'Cleo <cleo@example.org>'] as const

/** People who work in the repository. No two contents that they write of a range give its VMs the same memory. */
export class Authors {
  readonly #forge: Forge
  /** Contents that were written so far. */
  #written = 0
  #commits = 0
  /** Where the branch was last. */
  #last: string | undefined

  constructor(forge: Forge) {
    this.#forge = forge
  }

  /** Every history begins with two ranges, the second in the wave after the first. */
  begin(): void {
    const files = new Map<RangeId, RangeFile>([
      ['JD', this.#filled(EMPTY_FILE)],
      ['KT', { ...this.#filled(EMPTY_FILE), wave: 1 }],
    ])
    this.#set(this.#commit([], { files, isMoved: false }, true))
  }

  push({ changes, as, signed }: Push): void {
    const head = this.#forge.branch ?? this.#last
    const base = this.#treeOf(head)
    if (as === 'several') {
      let [parent, tree] = [head, base]
      for (const change of changes) {
        tree = this.#changed(tree, change, parent)
        parent = this.#commit(parents(parent), tree, signed)
      }
      this.#set(parent)
      return
    }
    const tree = changes.reduce((before, change) => this.#changed(before, change, head), base)
    if (as === 'one') return this.#set(this.#commit(parents(head), tree, signed))
    const side = this.#commit(parents(head), tree, true)
    const main = this.#commit(parents(head), base, true)
    this.#set(this.#commit([main, side], tree, signed))
  }

  branch(does: Branching['does']): void {
    const head = this.#forge.branch ?? this.#last
    const tree = this.#treeOf(head)
    const own = head === undefined ? undefined : this.#forge.of(head)
    switch (does) {
      case 'amended':
        return this.#set(
          this.#commit(own?.parents ?? [], this.#changed(tree, { range: 'JD', does: 'change' }, head), true),
        )
      case 'set back':
        return this.#set(own?.parents[0] ?? head)
      case 'from a new root':
        return this.#set(this.#commit([], this.#changed(tree, { range: 'JD', does: 'change' }, head), true))
      case 'gone':
        return this.#set(undefined)
      case 'back':
        return this.#set(head)
      case 'emptied':
        return this.#set(this.#commit(parents(head), { files: new Map(), isMoved: false }, true))
      case 'folder renamed':
        return this.#set(this.#commit(parents(head), { ...tree, isMoved: true }, true))
    }
  }

  /** All files are mended, in a commit that may go in force after another. @param parent default: where the branch is */
  mend(parent: string | undefined): void {
    const head = this.#forge.branch ?? this.#last
    const tree = this.#treeOf(head)
    const files = new Map([...tree.files].map(([range, file]) => [range, this.#mended(file)]))
    if (files.size === 0) files.set('JD', this.#filled(EMPTY_FILE))
    this.#set(this.#commit(parents(parent ?? head), { files, isMoved: false }, true))
  }

  #mended(file: RangeFile): RangeFile {
    return this.#filled({ ...file, broken: false, suspended: false })
  }

  #changed(tree: Tree, { range, does }: Change, head: string | undefined): Tree {
    const files = new Map(tree.files)
    const file = files.get(range)
    if (does === 'rename') {
      const to = (['LM', 'KT', 'JD'] as const).find((each) => !files.has(each))
      if (file === undefined || to === undefined) return tree
      files.delete(range)
      files.set(to, file)
    } else if (does === 'delete') files.delete(range)
    else files.set(range, this.#edited(file ?? EMPTY_FILE, { range, does }, head))
    return { files, isMoved: false }
  }

  #edited(file: RangeFile, { range, does }: Change, head: string | undefined): RangeFile {
    switch (does) {
      case 'add b':
        return this.#filled({ ...file, vms: { ...file.vms, b: entry } })
      case 'drop b': {
        const { b: _, ...vms } = file.vms
        return this.#filled({ ...file, vms })
      }
      case 'break':
        return { ...this.#filled(file), broken: true }
      case 'mend':
        return this.#mended(file)
      case 'absent':
        return this.#filled({ ...file, state: 'absent' })
      case 'present':
        return this.#filled({ ...file, state: 'present' })
      case 'back':
        return this.#earlier(range, head) ?? file
      case 'suspend':
        return { ...file, suspended: true }
      case 'resume':
        return { ...file, suspended: false }
      case 'wave 0':
      case 'wave 1':
      case 'wave 2':
        return { ...this.#filled(file), wave: Number(does.slice(-1)) }
      default:
        return this.#filled(file)
    }
  }

  /** What the range's file said two commits ago. */
  #earlier(range: RangeId, head: string | undefined): RangeFile | undefined {
    const parent = head === undefined ? undefined : this.#forge.of(head).parents[0]
    return parent === undefined ? undefined : filesIn(this.#forge.of(parent).content).get(range)
  }

  /** With another content than any before. */
  #filled(file: RangeFile): RangeFile {
    this.#written += 1
    const ram = this.#written
    const vms = Object.keys(file.vms).length === 0 ? { a: entry } : file.vms
    return { ...file, vms: Object.fromEntries(Object.entries(vms).map(([name, vm]) => [name, { ...vm, ram }])) }
  }

  #treeOf(commit: string | undefined): Tree {
    return commit === undefined ? { files: new Map(), isMoved: false } : this.#forge.of(commit).content
  }

  #commit(from: readonly string[], content: Tree, isSigned: boolean): string {
    this.#commits += 1
    const author = AUTHORS[this.#commits % AUTHORS.length] ?? AUTHORS[0]
    const draft: Draft = { parents: from, content, isSigned, author, subject: `Commit ${this.#commits}` }
    return this.#forge.commit(draft)
  }

  #set(commit: string | undefined): void {
    this.#last = commit ?? this.#last
    this.#forge.point(commit)
  }
}

const entry = { vlan: 10, ram: 1, cpus: 1, node: undefined }
const parents = (commit: string | undefined): readonly string[] => (commit === undefined ? [] : [commit])
