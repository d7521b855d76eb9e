import { resolve } from 'node:path'
import type { CheckedFile, FileChecker } from '../../model/checked-file.ts'
import { sharedNumbers } from '../../reconcilers/range/shared-numbers.ts'

/** The files with what is wrong between them: range numbers that several files of one folder fix. */
export async function checkTogether(
  files: readonly CheckedFile[],
  checker: FileChecker,
): Promise<readonly CheckedFile[]> {
  const folders = new Set(files.map(({ folder }) => resolve(folder)))
  const findings = new Map(
    [...folders].flatMap((folder) => [
      ...sharedNumbers(
        files.flatMap((file) => (resolve(file.folder) === folder && file.spec !== undefined ? [file.spec] : [])),
      ),
    ]),
  )
  return await Promise.all(
    files.map(async (file) => {
      const finding = file.spec === undefined ? undefined : findings.get(file.spec)
      return finding === undefined ? file : await checker.locate(file, [finding])
    }),
  )
}
