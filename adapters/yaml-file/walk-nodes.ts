import { isMap, isNode, isPair, isSeq, type Node } from 'yaml'

/** Told of each node, and whether it is the key of a pair. */
export type See = (node: Node, isKey: boolean) => void

/**
 * Each node in the order of the text, aliases not followed; `leave` is told when all in it has been seen. yaml's own
 * `visit` keeps track of paths that nobody asks for here, and takes four times as long.
 */
export function walkNodes(root: unknown, see: See, leave: (node: Node) => void = () => undefined): void {
  walk(root, false, see, leave)
}

function walk(node: unknown, isKey: boolean, see: See, leave: (node: Node) => void): void {
  if (isPair(node)) {
    walk(node.key, true, see, leave)
    walk(node.value, false, see, leave)
  }
  if (!isNode(node)) return
  see(node, isKey)
  if (isMap(node) || isSeq(node)) for (const item of node.items) walk(item, false, see, leave)
  leave(node)
}
