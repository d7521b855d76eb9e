import { readYaml } from './read-yaml.ts'

/** Where a path of keys and indices leads in a range file's text; undefined where the text has nothing there. Lines and columns from 1. */
export function placeInText(
  text: string,
  path: readonly (string | number)[],
): { readonly line: number; readonly column: number } | undefined {
  const read = readYaml(text, '', 'ludus')
  if (read.kind === 'invalid') return undefined
  const { key, node, exact } = read.yaml.place(path)
  const { line, column } = read.yaml.diagnosticAt(key ?? node, '', '')
  return exact && line !== undefined && column !== undefined ? { line, column } : undefined
}
