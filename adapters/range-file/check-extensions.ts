import type { Diagnostic } from '../../model/diagnostic.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { lanistaKeys } from '../../model/range-file/lanista-keys.ts'
import type { CheckedRange } from './checked-range.ts'

/**
 * Keys of `ludus_extensions` that look like Lanista's and do nothing there: everybody may write there, so nothing else says that
 * what an author asks for was not heard.
 */
export function unheardWishes({ yaml }: CheckedRange): readonly Diagnostic[] {
  const { value } = yaml
  const extensions: unknown = isMap(value) ? value['ludus_extensions'] : undefined
  if (!isMap(extensions)) return []
  return Object.keys(extensions).flatMap((key) => {
    if (key === 'lanista') return []
    const remedy = Object.hasOwn(lanistaKeys.shape, key)
      ? 'move it into lanista'
      : nearest(key, ['lanista']) === undefined
        ? undefined
        : 'did you mean lanista?'
    if (remedy === undefined) return []
    const finding = `Lanista does not look at ${printable(key, 60)} in ludus_extensions`
    return [yaml.diagnosticAt(yaml.place(['ludus_extensions', key]).key, finding, remedy)]
  })
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
