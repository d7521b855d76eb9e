import type { YamlFile } from './read-yaml.ts'
import { plainValueOf } from './plain-value.ts'

/**
 * A text in plain YAML as a value without places: some four times as fast as `readYaml`, and enough to see that there
 * is nothing wrong with a file. Its diagnostics have no line, so they are good for nothing but being counted.
 * Undefined when the text is not plain.
 */
export function readPlainYaml(text: string, file: string): YamlFile | undefined {
  const plain = plainValueOf(text)
  if (plain === undefined) return undefined
  return {
    file,
    value: plain.value,
    place: (path) => ({ node: undefined, key: undefined, exact: leadsSomewhere(plain.value, path) }),
    diagnosticAt: (_, finding, remedy) => ({ file, line: undefined, column: undefined, finding, remedy }),
  }
}

/** Whether a value has something under a path of keys and indices. */
function leadsSomewhere(value: unknown, path: readonly PropertyKey[]): boolean {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return false
    here = Reflect.get(here, step)
  }
  return true
}
