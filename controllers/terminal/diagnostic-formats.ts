import type { CheckedFile } from '../../model/checked-file.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'

/** What was found in files, as one JSON document for programs. */
export const diagnosticJson = (files: readonly CheckedFile[]): string =>
  JSON.stringify(
    {
      files: files.map(({ path, rangeId, problems, warnings }) => ({
        file: path,
        range: rangeId ?? null,
        problems: problems.map(jsonOf),
        warnings: warnings.map(jsonOf),
      })),
      problems: files.reduce((sum, { problems }) => sum + problems.length, 0),
      warnings: files.reduce((sum, { warnings }) => sum + warnings.length, 0),
    },
    undefined,
    2,
  )

const jsonOf = ({ line, column, finding, remedy, excerpt }: Diagnostic): unknown => ({
  line: line ?? null,
  column: column ?? null,
  finding,
  remedy,
  excerpt: excerpt ?? null,
})
