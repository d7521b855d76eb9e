import { type Alias, isAlias, type Node } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'
import { YAML_LIMITS } from './parse-within-limits.ts'

/** What an anchor names. */
interface Anchored {
  /** How many nodes the document had before it. */
  readonly before: number
  /** How many it has itself; undefined until it has ended, when it holds the alias. */
  nodes: number | undefined
  aliases: number
}

/**
 * Finds the aliases that lead nowhere, round in a circle, or to more than any range needs, on one walk through a document.
 * yaml's own limit counts how often one anchor is used: a thousand merges of a map of ten thousand keys take all memory
 * there is, and 45,000 aliases of many anchors half a minute.
 */
export class AliasProblems {
  readonly #at: DiagnosticAt
  readonly #anchors = new Map<string, Anchored>()
  /** So many up to here, those counted again that aliases repeat. */
  #nodes = 0
  #aliases = 0

  constructor(at: DiagnosticAt) {
    this.#at = at
  }

  /** What is wrong with a node as an alias. To be told of each, in the order of the text. */
  see(node: Node): readonly Diagnostic[] {
    this.#nodes += 1
    if (isAlias(node)) return this.#follow(node)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { before: this.#nodes, nodes: undefined, aliases: 0 })
    return []
  }

  /** All in the node has been seen. */
  leave(node: Node): void {
    const anchor = isAlias(node) || node.anchor === undefined ? undefined : this.#anchors.get(node.anchor)
    if (anchor !== undefined) anchor.nodes = this.#nodes - anchor.before
  }

  #follow({ source, range }: Alias): readonly Diagnostic[] {
    const [anchor, name, offset] = [this.#anchors.get(source), printable(source), range?.[0] ?? 0]
    if (anchor === undefined)
      return [
        this.#at(offset, `the alias *${name} has no anchor before it`, 'define it with &', {
          // Text that begins with an asterisk and has no quotes is an alias as well.
          finding: 'an alias has no anchor before it',
          remedy: 'define it with &, or put the text in quotes',
        }),
      ]
    if (anchor.nodes === undefined)
      return [
        this.#at(offset, `the alias *${name} stands inside of what it stands for`, 'write it out', {
          finding: 'an alias stands inside of what it stands for',
          remedy: 'write it out',
        }),
      ]
    const before = this.#nodes
    this.#nodes += anchor.nodes
    this.#aliases += 1
    anchor.aliases += 1
    // Told where each limit is passed: what follows is too much as well.
    const { nodes, aliases, aliasesOfOne } = YAML_LIMITS
    const isNodeTooMany = before <= nodes && this.#nodes > nodes
    return isNodeTooMany || this.#aliases === aliases + 1 || anchor.aliases === aliasesOfOne + 1
      ? [this.#at(offset, 'aliases expand to more than any range needs', 'write the repeated parts out')]
      : []
  }
}
