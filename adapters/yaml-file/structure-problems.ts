import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'
import { isMergeKey, keyText, resolved } from './locate.ts'
import { MAX_DIAGNOSTICS } from './syntax-diagnostics.ts'

/**
 * Keys said twice, aliases without an anchor before them, and merges of what is no map, in one walk: yaml's own check
 * of keys compares all with all. Ludus' parser (Go's yaml.v3) follows merge keys, and refuses the same three.
 */
export function structureProblems(document: Document.Parsed, at: DiagnosticAt): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const anchors = new Set<string>()
  const merges: Pair[] = []
  walk(document.contents, (node) => {
    if (problems.length >= MAX_DIAGNOSTICS) return
    if (isAlias(node) && !anchors.has(node.source))
      problems.push(
        at(startOf(node), `the alias *${printable(node.source)} has no anchor before it`, 'define it with &'),
      )
    if (!isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor)
    if (!isMap(node)) return
    problems.push(...repeatedKeys(node, at))
    merges.push(...node.items.filter(({ key }) => isMergeKey(key)))
  })
  // What a merge leads to is looked at only when all aliases are known to lead somewhere.
  if (problems.length > 0) return problems
  return merges.flatMap((pair) => unfitMerge(pair, document, at)).slice(0, MAX_DIAGNOSTICS)
}

/** Each node in the order of the text. yaml's own `visit` keeps track of paths that nobody asks for here. */
function walk(node: unknown, see: (node: Node) => void): void {
  if (isPair(node)) {
    walk(node.key, see)
    walk(node.value, see)
  }
  if (!isNode(node)) return
  see(node)
  if (isMap(node) || isSeq(node)) for (const item of node.items) walk(item, see)
}

const startOf = (node: Node): number => node.range?.[0] ?? 0

function repeatedKeys(map: YAMLMap, at: DiagnosticAt): readonly Diagnostic[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    const name = isMergeKey(key) ? '<<' : keyText(key)
    if (name === undefined || !isNode(key)) return []
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    const remedy = isMergeKey(key) ? 'merge a list: `<<: [*one, *other]`' : 'remove one of them'
    return [at(startOf(key), `the key ${printable(name)} is here twice in one map`, remedy)]
  })
}

function unfitMerge({ key, value }: Pair, document: Document.Parsed, at: DiagnosticAt): readonly Diagnostic[] {
  const source = isNode(value) ? resolved(value, document) : undefined
  const sources = isSeq(source)
    ? source.items.map((item) => (isNode(item) ? resolved(item, document) : item))
    : [source]
  if (sources.every(isMap)) return []
  const place = isNode(value) && !(isScalar(value) && value.value === null) ? value : key
  return [at(isNode(place) ? startOf(place) : 0, 'what << merges is not a map', 'merge an alias of a map: `<<: *name`')]
}
