import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'

/** Throws a `UserError` unless this is one of the formats that a command prints in. */
export function mustBeTextOrJson(format: string): asserts format is 'text' | 'json' {
  if (format !== 'text' && format !== 'json')
    throw new UserError(`--format ${printable(format)} is not known; choose among text, json`)
}
