import { type Document, isMap, isNode, Scalar, visit } from 'yaml'
import { keyText } from './locate.ts'

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
    visit(value, {
      Scalar(place, scalar) {
        const { value: text, type, tag } = scalar
        if (place === 'key' || type !== Scalar.PLAIN || tag !== undefined || typeof text !== 'string') return
        const word = WORD.exec(text)
        if (word !== null) scalar.value = word.groups?.['yes'] !== undefined
      },
    })
  }
}
