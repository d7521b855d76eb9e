import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { pathText } from '../yaml-file/path-text.ts'
import { keyText } from '../yaml-file/locate.ts'
import { isBooleanWord } from '../yaml-file/ludus-dialect.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/** Where anything may stand, and Ansible alone reads it. */
const FREE_KEYS: ReadonlySet<string> = new Set(['role_vars', 'global_role_vars'])

/** `yes` and the like where true or false is due: Ludus takes them, while editors and other programs read text. */
export const wordsForBooleans = ({ yaml }: CheckedRange): readonly Diagnostic[] =>
  [...scalarsOf(yaml.place([]).node, [])]
    .filter(([, { value, source }]) => typeof value === 'boolean' && isBooleanWord(source ?? ''))
    .slice(0, MAX_DIAGNOSTICS)
    .map(([path, scalar]) => {
      const finding = `${pathText(path)} is ${scalar.source}, which Ludus reads as ${String(scalar.value)}, and YAML 1.2 as text`
      return yaml.diagnosticAt(scalar, finding, `write ${String(scalar.value)}`)
    })

/** Each scalar outside of the free parts and where it stands; what an alias repeats only where it is written. */
function* scalarsOf(node: unknown, path: readonly PropertyKey[]): Generator<readonly [readonly PropertyKey[], Scalar]> {
  if (isScalar(node)) yield [path, node]
  if (isSeq<Node>(node)) for (const [index, item] of node.items.entries()) yield* scalarsOf(item, [...path, index])
  if (!isMap(node)) return
  for (const { key, value } of node.items) {
    const name = keyText(key)
    if (name === undefined || !FREE_KEYS.has(name)) yield* scalarsOf(value, name === undefined ? path : [...path, name])
  }
}
