import { isMap, isNode, isPair, isSeq, type Node } from 'yaml'

/**
 * Each node in the order of the text, aliases not followed; `leave` is told when all in it has been seen. yaml's own
 * `visit` keeps track of paths that nobody asks for here.
 */
export function walkNodes(node: unknown, see: (node: Node) => void, leave: (node: Node) => void): void {
  if (isPair(node)) {
    walkNodes(node.key, see, leave)
    walkNodes(node.value, see, leave)
  }
  if (!isNode(node)) return
  see(node)
  if (isMap(node) || isSeq(node)) for (const item of node.items) walkNodes(item, see, leave)
  leave(node)
}
