import { diagnosticLine } from '../../model/diagnostic.ts'
import type { FileChecker } from '../../model/checked-file.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { UserError } from '../../model/user-error.ts'

/** The range that one file asks for. Throws a `UserError` with all that is wrong with it. */
export async function readOneFile(file: string, checker: FileChecker): Promise<RangeSpec> {
  const [checked, ...more] = await checker.check([file])
  if (checked === undefined || more.length > 0)
    throw new UserError(`${file}: it is no single range file; name one file`)
  if (checked.spec === undefined) throw new UserError(checked.problems.map(diagnosticLine).join('\n'))
  return checked.spec
}
