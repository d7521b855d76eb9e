import { open } from 'node:fs/promises'
import { causeInWords, unreadRemedy } from './error-code.ts'

/** A secret out of a file, or why there is none, without any of it. */
export type SecretFileRead =
  | { readonly kind: 'read'; readonly secret: string; readonly warning: string | undefined }
  | { readonly kind: 'unusable'; readonly why: string }

/** Larger is no secret, in bytes. */
const LARGEST = 65_536

/**
 * The secret in a file, without what surrounds it. Never throws.
 *
 * @param subject the setting that names the file
 * @param shortest so many characters a secret has at least
 */
export async function readSecretFile(file: string, subject: string, shortest = 1): Promise<SecretFileRead> {
  const unusable = (finding: string): SecretFileRead => ({ kind: 'unusable', why: `${subject}: ${file} ${finding}` })
  try {
    const opened = await open(file, 'r')
    try {
      const { mode, size } = await opened.stat()
      if (size > LARGEST) return unusable('is too large for a secret; leave the secret alone in it')
      const secret = (await opened.readFile('utf8')).trim()
      if (secret === '') return unusable('is empty; put the secret there')
      if (/[\p{Cc}]/u.test(secret))
        return unusable('has several lines, or control characters; leave the secret alone in it')
      if (secret.length < shortest)
        return unusable(`has a secret of fewer than ${shortest} characters; make one with: openssl rand -hex 32`)
      return { kind: 'read', secret, warning: readableByAll(file, subject, mode) }
    } finally {
      await opened.close()
    }
  } catch (error) {
    return unusable(`can't be read: ${causeInWords(error)}; ${unreadRemedy(error, `name another in ${subject}`)}`)
  }
}

const readableByAll = (file: string, subject: string, mode: number): string | undefined =>
  (mode & 0o007) === 0
    ? undefined
    : `${subject}: every user of this machine may read ${file} (mode ${(mode & 0o777).toString(8)}); run chmod o= on it`
