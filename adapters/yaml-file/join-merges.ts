import { type Document, isMap, isNode, isSeq, type Node, type Pair, YAMLSeq } from 'yaml'
import { isMergeKey } from './locate.ts'
import { walkNodes } from './walk-nodes.ts'

/**
 * Makes one merge of several in one map, in place. Ludus' parsers (Go's yaml.v2, PyYAML) follow each `<<`, a later one
 * before an earlier; in a list of maps to merge it is the earlier that counts. yaml itself would let the first `<<` win.
 */
export function joinMerges(document: Document.Parsed): void {
  walkNodes(document.contents, (map) => {
    if (!isMap(map)) return
    const merges = map.items.filter(({ key }) => isMergeKey(key))
    const [first] = merges
    if (first === undefined || merges.length === 1) return
    const joined = new YAMLSeq<Node>()
    joined.items.push(...merges.toReversed().flatMap(sourcesOf))
    first.value = joined
    map.items = map.items.filter((pair) => pair === first || !isMergeKey(pair.key))
  })
}

/** The maps, or aliases of maps, that a merge names. */
function sourcesOf({ value }: Pair): readonly Node[] {
  if (isSeq(value)) return value.items.filter(isNode)
  return isNode(value) ? [value] : []
}
