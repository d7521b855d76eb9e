import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { relative, isAbsolute, sep } from 'node:path'
import { decodeText } from '../yaml-file/decode-text.ts'
import { YAML_LIMITS } from '../yaml-file/parse-within-limits.ts'
import { causeInWords, errorCode } from '../error-code.ts'

/** A file's text, or why there is none. */
export type SafeRead =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly finding: string; readonly remedy: string }

const refused = (finding: string, remedy: string): SafeRead => ({ kind: 'refused', finding, remedy })

/**
 * Reads a small text file that anyone may have put there: never waits (a FIFO), never touches a device, never follows
 * a symbolic link out of `root`, never reads more than 1 MiB. Never throws.
 */
export async function readSafely(root: string, path: string): Promise<SafeRead> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(path)])
    const way = relative(realRoot, real)
    if (way.startsWith(`..${sep}`) || isAbsolute(way))
      return refused('the file is a symbolic link out of the folder of range files', 'put the file itself there')
    return await readRegularFile(real)
  } catch (error) {
    return await failureOf(error, path)
  }
}

async function readRegularFile(path: string): Promise<SafeRead> {
  const notRegular = refused('this is not a regular file', 'replace it with one, or remove it')
  // Looked at first, because opening a device can set it in motion; looked at again, because it may have been swapped.
  if (!(await lstat(path)).isFile()) return notRegular
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) return notRegular
    // One byte more than allowed, to tell a file that is too large; it may also have grown since.
    const buffer = Buffer.alloc(Math.min(stats.size, YAML_LIMITS.characters) + 1)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    if (bytesRead > YAML_LIMITS.characters)
      return refused('the file is larger than 1 MiB', 'check that this is a range file')
    const decoded = decodeText(buffer.subarray(0, bytesRead))
    return decoded.kind === 'text' ? decoded : { ...decoded, kind: 'refused' }
  } finally {
    await handle.close()
  }
}

async function failureOf(error: unknown, path: string): Promise<SafeRead> {
  const code = errorCode(error)
  if (code !== 'ENOENT' && code !== 'ENOTDIR')
    return refused(`the file can't be read: ${causeInWords(error)}`, 'let the user that lanista runs as read it')
  return (await isSymbolicLink(path))
    ? refused('the file is a symbolic link to nothing', 'correct or remove it')
    : { kind: 'absent' }
}

async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}
