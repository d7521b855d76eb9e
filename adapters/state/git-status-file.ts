import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitStatus } from '../../model/accepted-commit.ts'
import { makeFolder } from './make-folder.ts'

/** Writes what is told of the repository to `<stateDir>/git.json`, whole, as the statuses of ranges beside it are. */
export const gitStatusFile =
  (stateDir: string) =>
  async (status: GitStatus): Promise<void> => {
    const beside = join(stateDir, `.git.json.${process.pid}.tmp`)
    await makeFolder(stateDir)
    await writeFile(beside, `${JSON.stringify(status, null, 2)}\n`)
    await rename(beside, join(stateDir, 'git.json'))
  }
