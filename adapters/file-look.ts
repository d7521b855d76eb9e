import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { errorCode } from './error-code.ts'

/**
 * What a file looks like from outside: device, inode, size and times in nanoseconds. Another look may mean other content.
 * The same look does not mean the same content when the file was written twice within one tick of its file system's clock.
 */
export const lookOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(' ')

/** The look of what stands behind a path, through all links; why there is none otherwise. */
export const lookAt = async (path: string): Promise<string> =>
  await stat(path, { bigint: true }).then(lookOf, (error: unknown) => errorCode(error) ?? 'unknown')
