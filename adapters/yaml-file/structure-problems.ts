import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'
import { AliasProblems } from './alias-problems.ts'
import type { Resolve } from './alias-targets.ts'
import { isMergeKey, keyText } from './locate.ts'
import { MAX_DIAGNOSTICS } from './syntax-diagnostics.ts'
import { keyToTell } from './secret-keys.ts'
import { walkNodes } from './walk-nodes.ts'

/**
 * Keys said twice, aliases that lead nowhere, round in a circle or to more than any range needs, and merges of what is no
 * map, in one walk: yaml's own check of keys compares all with all. Ludus' parser (Go's yaml.v2, inside sigs.k8s.io/yaml
 * 1.4.0) refuses the same, but for keys said twice: it keeps the last without a word, as PyYAML does after it, and one of
 * the two was not meant.
 */
export function structureProblems(
  document: Document.Parsed,
  resolve: Resolve,
  at: DiagnosticAt,
): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const aliases = new AliasProblems(at)
  const merges: Pair[] = []
  walkNodes(
    document.contents,
    (node) => {
      if (problems.length >= MAX_DIAGNOSTICS) return
      problems.push(...aliases.see(node))
      if (!isMap(node)) return
      if (problems.length === 0) problems.push(...unbreakableIndent(node, at))
      problems.push(...repeatedKeys(node, at))
      merges.push(...node.items.filter(({ key }) => isMergeKey(key)))
    },
    (node) => aliases.leave(node),
  )
  // What a merge leads to is looked at only when all aliases are known to lead somewhere.
  if (problems.length > 0) return problems
  return merges.flatMap((pair) => unfitMerge(pair, resolve, at)).slice(0, MAX_DIAGNOSTICS)
}

const startOf = (node: Node): number => node.range?.[0] ?? 0

/** To YAML a blank that does not break is a letter, so what it indents is a key of the map around it. */
function unbreakableIndent(map: YAMLMap, at: DiagnosticAt): readonly Diagnostic[] {
  const found = map.items.find(({ key }) => keyText(key)?.startsWith('\u00A0') === true)?.key
  return isNode(found)
    ? [
        at(
          startOf(found),
          'this line is indented with blanks that do not break (U+00A0), as web pages have them',
          SPACES,
        ),
      ]
    : []
}

const SPACES = 'indent with ordinary blanks, here and in all other lines'

function repeatedKeys(map: YAMLMap, at: DiagnosticAt): readonly Diagnostic[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    const name = keyText(key)
    if (name === undefined || !isNode(key)) return []
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    return [
      at(startOf(key), `the key ${printable(name)} is here twice in one map`, 'remove one of them', {
        finding: `the key ${keyToTell(name)} is here twice in one map`,
        remedy: 'remove one of them',
      }),
    ]
  })
}

function unfitMerge({ key, value }: Pair, resolve: Resolve, at: DiagnosticAt): readonly Diagnostic[] {
  const sources = isSeq(value) ? value.items : [value]
  if (sources.every((source) => isNode(source) && isMap(resolve(source)))) return []
  const place = isNode(value) && !(isScalar(value) && value.value === null) ? value : key
  return [at(isNode(place) ? startOf(place) : 0, 'what << merges is not a map', 'merge an alias of a map: `<<: *name`')]
}
