/** Node's code of a file system error, such as `ENOENT`; undefined for other errors. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'it is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go round in circles',
  EEXIST: 'something else has that name',
  EROFS: 'the file system is read-only',
  EDQUOT: 'its quota is used up',
  EIO: 'the disk fails',
  EADDRINUSE: 'the address is already in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOSPC: 'no space or no file watches are left',
  EMFILE: 'too many files are open',
}

/** The cause of a file system or socket error in words. */
export function causeInWords(error: unknown): string {
  const code = errorCode(error)
  if (code !== undefined) return MEANINGS[code] ?? code
  return error instanceof Error ? error.message : String(error)
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT'])
const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EPERM'])

/**
 * What to do about a file or folder that can't be read, by why: what is there is not to be created.
 *
 * @param otherwise the way around it, such as `name another with --config`
 */
export function unreadRemedy(error: unknown, otherwise: string): string {
  const code = errorCode(error) ?? ''
  if (ABSENT.has(code)) return `create it, or ${otherwise}`
  if (DENIED.has(code))
    return `let the user that lanista runs as read it, and enter the folders that it is in, or ${otherwise}`
  if (code === 'EISDIR' || code === 'ENOTDIR' || code === 'ELOOP') return `correct the path, or ${otherwise}`
  return `put that in order, or ${otherwise}`
}
