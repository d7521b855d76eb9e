import { statfs } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { DiskStanding } from '../../model/watched.ts'

/** A file system that hangs, as one over a network may, is not waited for longer. In milliseconds. */
const PATIENCE_MS = 1000

/** The file system that a folder is on; undefined where it can't be asked, or does not answer. */
export async function diskStanding(folder: string): Promise<DiskStanding | undefined> {
  const answered = new AbortController()
  try {
    const late = delay(PATIENCE_MS, undefined, { signal: answered.signal, ref: false }).catch(() => undefined)
    const stats = await Promise.race([statfs(folder), late])
    return stats && { sizeBytes: stats.blocks * stats.bsize, availableBytes: stats.bavail * stats.bsize }
  } catch {
    return undefined
  } finally {
    answered.abort()
  }
}
