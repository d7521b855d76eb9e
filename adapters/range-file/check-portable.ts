import { isMap, isScalar, isSeq, type Node, visit } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'
import type { CheckedRange } from './checked-range.ts'

/**
 * What YAML can say and Ludus can't save, in the free parts of a file such as `role_vars`: it makes JSON of a file first
 * (sigs.k8s.io/yaml 1.4.0), which has no maps, lists and nulls as keys, and no infinite numbers.
 */
export function unsavable({ yaml }: CheckedRange): readonly Diagnostic[] {
  const root = yaml.place([]).node
  if (root === undefined) return []
  const found: Diagnostic[] = []
  visit(root, {
    Pair(_, { key }) {
      if (found.length >= MAX_DIAGNOSTICS) return visit.BREAK
      if (isScalar(key) && key.value === null)
        found.push(yaml.diagnosticAt(key, 'a map has nothing as a key here, which Ludus refuses', 'give it a name'))
      if (!isMap(key) && !isSeq(key)) return undefined
      const template = templateOf(key)
      found.push(
        template === undefined
          ? yaml.diagnosticAt(key, 'a map or list is the key of a map here, which Ludus refuses', 'use text as the key')
          : yaml.diagnosticAt(
              key,
              `${template} is not in quotes, so YAML reads it as a map`,
              `quote it: "${template}"`,
              { finding: 'a template expression is not in quotes, so YAML reads it as a map', remedy: 'quote it' },
            ),
      )
      return visit.SKIP
    },
    Scalar(_, scalar) {
      if (found.length >= MAX_DIAGNOSTICS) return visit.BREAK
      if (typeof scalar.value !== 'number' || Number.isFinite(scalar.value)) return undefined
      const finding = `${printable(scalar.source ?? '')} is no number that Ludus can save`
      const remedy = 'put it in quotes, or write a finite number'
      found.push(yaml.diagnosticAt(scalar, finding, remedy, { finding: 'a number that Ludus can not save', remedy }))
      return undefined
    },
  })
  return found
}

/** The `{{ name }}` of which this is the inner `{ name }`. */
function templateOf(key: Node): string | undefined {
  if (!isMap(key) || key.flow !== true) return undefined
  const names = key.items.map(({ key: inner }) => (isScalar(inner) ? String(inner.value) : '…'))
  return `{{ ${printable(names.join(' '))} }}`
}
