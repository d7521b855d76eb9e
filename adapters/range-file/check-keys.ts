import { isMap, isScalar, isSeq, type Node, visit } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { CheckedRange } from './checked-range.ts'

/**
 * Maps and lists as keys, in the free parts of a file such as `role_vars`: YAML allows them, and neither Go's nor
 * Ansible's parser does. Nearly always it is a template expression that lacks its quotes.
 */
export function keysThatAreMaps({ yaml }: CheckedRange): readonly Diagnostic[] {
  const { node: root } = yaml.place([])
  if (root === undefined) return []
  const found: Diagnostic[] = []
  visit(root, {
    Pair(_, { key }) {
      if (!isMap(key) && !isSeq(key)) return undefined
      const template = templateOf(key)
      found.push(
        template === undefined
          ? yaml.diagnosticAt(key, 'a map or list is the key of a map here, which Ludus refuses', 'use text as the key')
          : yaml.diagnosticAt(
              key,
              `${template} is not in quotes, so YAML reads it as a map`,
              `quote it: "${template}"`,
            ),
      )
      return visit.SKIP
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
