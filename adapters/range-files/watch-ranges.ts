import type { Logger } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { causeInWords } from '../error-code.ts'
import { lookAt } from '../file-look.ts'
import { findRangeFiles } from './find-range-files.ts'
import { watchFolder } from './folder-watch.ts'
import { changedIds, type Looks, looksOfFiles } from './range-looks.ts'

async function looksOf(folder: string): Promise<Looks> {
  const files = await findRangeFiles(folder)
  return looksOfFiles(await Promise.all(files.map(async ({ id, path }) => ({ id, path, look: await lookAt(path) }))))
}

/**
 * Calls back with the id of every range file that appears, changes or goes, until the signal aborts. Resolves once it
 * watches. The folder need not exist yet, and may be replaced.
 */
export async function watchRanges(
  folder: string,
  onChange: (rangeId: string) => void,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  let looks: Looks = new Map()
  let [looking, again] = [false, false]
  const look = async (): Promise<void> => {
    // A folder that can't be read now says nothing about its files; the next look compares with the last good one.
    const after = await looksOf(folder).catch(() => undefined)
    if (after === undefined || signal.aborted) return
    const changed = changedIds(looks, after)
    looks = after
    for (const id of changed) onChange(id)
  }
  const ring = (): void => {
    again = true
    if (looking) return
    looking = true
    void (async () => {
      while (again) {
        again = false
        await look()
      }
      looking = false
    })()
  }
  // A lack of watches meets every file; once is enough to say it.
  const told = new Set<string>()
  const onTrouble = (error: unknown): void => {
    const cause = causeInWords(error)
    if (told.has(cause)) return
    told.add(cause)
    logger.warn(`range files: ${printable(folder)} is not watched completely: ${cause}; changes are found by looking`)
  }

  looks = await looksOf(folder).catch(() => new Map())
  const bell = await watchFolder(folder, ring, onTrouble)
  signal.addEventListener('abort', () => void bell.close(), { once: true })
  if (signal.aborted) await bell.close()
  // What changed while the watch was being set up.
  ring()
}
