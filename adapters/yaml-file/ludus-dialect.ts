import { type Document, isMap, isNode, isScalar, Scalar } from 'yaml'
import { keyText } from './locate.ts'
import { walkNodes } from './walk-nodes.ts'

/** YAML 1.2, or what Ludus' two parsers make of a range file. */
export type Dialect = 'yaml 1.2' | 'ludus'

/** `yes` and the like, and what they mean, in each case that YAML 1.1 knows. */
const WORD = /^(?:(?<yes>yes|Yes|YES|on|On|ON)|no|No|NO|off|Off|OFF)$/

/** True for a word that both of Ludus' parsers read as true or false, and YAML 1.2 as text. */
export const isBooleanWord = (source: string): boolean => WORD.test(source)

/**
 * Reads the words for true and false as Ludus does, in place. Ludus reads a range file twice: with sigs.k8s.io/yaml 1.4.0
 * (Go's yaml.v2) when it is saved, and with PyYAML, through Ansible, when it is deployed. Both are YAML 1.1, and were run
 * side by side for what stands here. `y` and `n` stay text: Go takes them for booleans, and PyYAML does not. What stands
 * under `ludus_extensions` is no business of Ludus', so that `on` there is a word.
 */
export function readBooleanWords({ contents }: Document.Parsed): void {
  if (!isMap(contents)) return
  for (const { key, value } of contents.items) {
    if (keyText(key) === 'ludus_extensions' || !isNode(value)) continue
    walkNodes(value, (scalar, isKey) => {
      if (isKey || !isScalar(scalar) || scalar.type !== Scalar.PLAIN || scalar.tag !== undefined) return
      const word = typeof scalar.value === 'string' ? WORD.exec(scalar.value) : null
      if (word !== null) scalar.value = word.groups?.['yes'] !== undefined
    })
  }
}
