import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { causeInWords, errorCode } from '../error-code.ts'

/**
 * Makes a folder, and those above it, unless they are there. Throws, with the folder that can't be made and why.
 *
 * Not by Node's own `recursive`: where the system says ENOENT of a folder whose parent exists, as below `/proc`, that tries again
 * for ever, in a thread that keeps the process from ending; and of a read-only file system it says that it does not exist.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOrFind(folder)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw unmade(folder, error)
    await makeFolder(dirname(folder))
    await makeOrFind(folder).catch((again: unknown) => {
      throw unmade(folder, again)
    })
  }
}

async function makeOrFind(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    // Read-only file systems say so of folders that are there, too.
    const isThere = await stat(folder).then(
      (seen) => seen.isDirectory(),
      () => false,
    )
    if (!isThere) throw error
  }
}

const unmade = (folder: string, cause: unknown): Error =>
  new Error(
    `the folder ${folder} can't be made: ${errorCode(cause) === 'ENOENT' ? 'the system makes none there' : causeInWords(cause)}`,
    { cause },
  )
