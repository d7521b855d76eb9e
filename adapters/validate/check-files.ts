import type { FileChecker } from '../../model/checked-file.ts'
import { checkFile } from './check-file.ts'
import { namedFiles } from './named-files.ts'

/** Checks range files of this machine. */
export const fileChecker: FileChecker = {
  check: async (paths) => {
    const files = await namedFiles(paths)
    const checked = []
    for (const file of files) checked.push(await checkFile(file))
    return checked
  },
  locate: async () => await Promise.resolve([]),
}
