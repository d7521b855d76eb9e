import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { relative, isAbsolute, sep } from 'node:path'
import { decodeText } from '../yaml-file/decode-text.ts'
import { YAML_LIMITS } from '../yaml-file/parse-within-limits.ts'
import { causeInWords, errorCode } from '../error-code.ts'
import { lookOf } from '../file-look.ts'

/** A file's text and how the file looked, or why there is none. */
export type SafeRead =
  | { readonly kind: 'text'; readonly text: string; readonly look: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly finding: string; readonly remedy: string }

/** `unchanged`: the file looks as it was seen, and was not read. */
export type ReadUnlessSeen = SafeRead | { readonly kind: 'unchanged' }

const refused = (finding: string, remedy: string): SafeRead => ({ kind: 'refused', finding, remedy })

/**
 * Reads a small text file that anyone may have put there: never waits (a FIFO), never touches a device, never follows
 * a symbolic link out of `root`, never reads more than 1 MiB. Never throws.
 */
export const readSafely = async (root: string, path: string): Promise<SafeRead> => await read(root, path, readText)

/**
 * As `readSafely`, but leaves a file unread that looks as it was seen. The look is that of the open file, so that one that
 * is put in its place meanwhile is neither looked at nor read in part.
 */
export const readUnlessSeen = async (root: string, path: string, seen: string | undefined): Promise<ReadUnlessSeen> =>
  await read(root, path, async (handle, stats) =>
    lookOf(stats) === seen ? { kind: 'unchanged' } : await readText(handle, stats),
  )

/** What is made of a regular file that is open. */
type Use<Result> = (handle: FileHandle, stats: BigIntStats) => Promise<Result>

async function read<Result>(root: string, path: string, use: Use<Result>): Promise<Result | SafeRead> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(path)])
    const way = relative(realRoot, real)
    if (way.startsWith(`..${sep}`) || isAbsolute(way))
      return refused('the file is a symbolic link out of the folder of range files', 'put the file itself there')
    return await openRegularFile(real, use)
  } catch (error) {
    return await failureOf(error, path)
  }
}

async function openRegularFile<Result>(path: string, use: Use<Result>): Promise<Result | SafeRead> {
  const notRegular = refused('this is not a regular file', 'replace it with one')
  // Looked at first, because opening a device can set it in motion; looked at again, because it may have been swapped.
  if (!(await lstat(path)).isFile()) return notRegular
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    const stats = await handle.stat({ bigint: true })
    return stats.isFile() ? await use(handle, stats) : notRegular
  } finally {
    await handle.close()
  }
}

async function readText(handle: FileHandle, stats: BigIntStats): Promise<SafeRead> {
  // One byte more than allowed, to tell a file that is too large; it may also have grown since.
  const buffer = Buffer.alloc(Math.min(Number(stats.size), YAML_LIMITS.characters) + 1)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
  if (bytesRead > YAML_LIMITS.characters)
    return refused('the file is larger than 1 MiB', 'check that this is a range file')
  const decoded = decodeText(buffer.subarray(0, bytesRead))
  return decoded.kind === 'text' ? { ...decoded, look: lookOf(stats) } : { ...decoded, kind: 'refused' }
}

async function failureOf(error: unknown, path: string): Promise<SafeRead> {
  const code = errorCode(error)
  if (code !== 'ENOENT' && code !== 'ENOTDIR')
    return refused(`the file can't be read: ${causeInWords(error)}`, 'let the user that lanista runs as read it')
  return (await isSymbolicLink(path))
    ? refused('the file is a symbolic link to nothing', 'correct it')
    : { kind: 'absent' }
}

async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}
