import { printable } from '../../model/printable.ts'

/** `ludus[0].windows.gpos`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the file'
    : path
        .map((step) => (typeof step === 'number' ? `[${step}]` : `.${printable(String(step), 60)}`))
        .join('')
        .replace(/^\./, '')
