import { nearest } from '../../model/nearest.ts'

/** Text with its template expressions filled in, or the first expression that Lanista can't fill in. */
export type FilledText =
  | { readonly kind: 'filled'; readonly text: string }
  | { readonly kind: 'unknown'; readonly expression: string; readonly remedy: string }

const EXPRESSION = /\{\{([^{}]*)\}\}/g
const LEFTOVER = /\{\{|\{%|\{#/

/**
 * Fills `{{ range_id }}` into a text. Ludus leaves the file to Jinja; Lanista knows this one name, and says so rather
 * than create a VM with braces in its name.
 */
export function fillTemplate(text: string, rangeId: string): FilledText {
  let unknown: string | undefined
  const filled = text.replace(EXPRESSION, (expression, name: string) => {
    if (name.trim() === 'range_id') return rangeId
    unknown ??= expression
    return expression
  })
  const leftover = unknown ?? (LEFTOVER.test(filled) ? filled : undefined)
  if (leftover === undefined) return { kind: 'filled', text: filled }
  const name = /[A-Za-z_]+/.exec(leftover)?.[0] ?? ''
  const remedy =
    nearest(name, ['range_id']) === undefined
      ? 'write the value out; only {{ range_id }} is filled in here'
      : 'did you mean {{ range_id }}?'
  return { kind: 'unknown', expression: leftover, remedy }
}
