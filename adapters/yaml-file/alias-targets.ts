import { type Alias, type Document, isAlias, type Node } from 'yaml'
import { walkNodes } from './walk-nodes.ts'

/** The node an alias stands for, undefined when it leads nowhere; other nodes as they are. */
export type Resolve = (node: Node | undefined) => Node | undefined

/**
 * Resolves the aliases of one document, all of them in one walk when the first is asked for. yaml's own `Alias.resolve`
 * walks through the whole document for each, which takes minutes for a file of ten thousand.
 */
export function resolverOf(document: Document.Parsed): Resolve {
  let targets: ReadonlyMap<Alias, Node> | undefined
  return (node) => {
    if (!isAlias(node)) return node
    targets ??= targetsIn(document)
    return targets.get(node)
  }
}

/** A name may be given again: an alias stands for the last node before it that has the name. */
function targetsIn(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const named = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  walkNodes(document.contents, (node) => {
    if (!isAlias(node)) {
      if (node.anchor !== undefined) named.set(node.anchor, node)
      return
    }
    const target = named.get(node.source)
    if (target !== undefined) targets.set(node, target)
  })
  return targets
}
