import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Resolve } from './alias-targets.ts'

/** Where something stands in a document: its value's node and, in a map, its key's. */
export interface Place {
  readonly node: Node | undefined
  readonly key: Node | undefined
  /** False when the path leads further than the document does; then this is the deepest place on the way. */
  readonly exact: boolean
}

const nodeOf = (value: unknown): Node | undefined =>
  isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined

/** yaml keeps the merge key as a symbol. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<'

/** The text of a map's key, as it becomes a JavaScript key; undefined for merge keys and for maps and lists as keys. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined
  const { value } = key
  if (value === null) return ''
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** The pair of that key, looked for in merged maps (`<<`) as well. */
function pairOf(map: YAMLMap, name: string, resolve: Resolve, hops = 0): Pair | undefined {
  const own = map.items.find(({ key }) => keyText(key) === name)
  if (own !== undefined || hops > 8) return own
  for (const { key, value } of map.items) {
    if (!isMergeKey(key)) continue
    const source = resolve(nodeOf(value))
    const merged = isSeq(source) ? source.items.map((item) => resolve(nodeOf(item))) : [source]
    for (const other of merged) {
      const pair = isMap(other) ? pairOf(other, name, resolve, hops + 1) : undefined
      if (pair !== undefined) return pair
    }
  }
  return undefined
}

/** Follows a path of keys and indices, through aliases and merged maps, as far as the document goes. */
export function locate(document: Document.Parsed, resolve: Resolve, path: readonly PropertyKey[]): Place {
  let place: Place = { node: nodeOf(document.contents), key: undefined, exact: true }
  for (const step of path) {
    const here = resolve(place.node)
    if (isSeq(here) && typeof step === 'number' && step < here.items.length) {
      place = { node: nodeOf(here.items[step]), key: undefined, exact: true }
      continue
    }
    const pair = isMap(here) ? pairOf(here, String(step), resolve) : undefined
    if (pair === undefined) return { ...place, exact: false }
    place = { node: nodeOf(pair.value), key: nodeOf(pair.key), exact: true }
  }
  return place
}
