import { stat } from 'node:fs/promises'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Logger, RangeFileRead, RangeFiles } from '../model/ports.ts'
import { printable } from '../model/printable.ts'
import { RANGE_ID_RULE } from '../model/range-id.ts'
import { UserError } from '../model/user-error.ts'
import { parseRange } from './parse-range.ts'
import { causeInWords, errorCode } from './error-code.ts'
import { findRangeFiles, type FoundFile } from './range-files/find-range-files.ts'
import { watchFolder } from './range-files/folder-watch.ts'
import { readSafely } from './range-files/read-safely.ts'

/** The folder of range files, and where to say that watching it fails. */
export interface RangeFolder {
  readonly folder: string
  readonly logger: Logger
}

/**
 * The range files of one folder, in both layouts. A file whose name is no range id is listed too, under an encoded
 * name, and reads as invalid; so does each of two files for one id, or for ids that differ only in case.
 */
export const watchRangeFiles = ({ folder, logger }: RangeFolder): RangeFiles => ({
  list: async () => [...new Set((await found(folder)).map(({ id }) => id))].sort(),
  read: async (rangeId) => await readRange(folder, rangeId),
  watch: async (onChange, signal) => await watchRanges(folder, onChange, logger, signal),
})

async function found(folder: string, onlyId?: string): Promise<readonly FoundFile[]> {
  try {
    return await findRangeFiles(folder, onlyId)
  } catch (error) {
    const finding = `range files: the folder ${printable(folder)} can't be read: ${causeInWords(error)}`
    throw new UserError(`${finding}; create it and let lanista read it, or set lanista.ranges`, error)
  }
}

async function readRange(folder: string, rangeId: string): Promise<RangeFileRead> {
  // Ids that differ only in case would share a tag, and a file on some systems; so they are looked for together.
  const family = await found(folder, rangeId)
  const [own, ...more] = family.filter(({ id }) => id === rangeId)
  if (own === undefined) return { kind: 'absent' }
  if (own.misnamed) return invalid(about(own, `this name gives no range id: ${RANGE_ID_RULE}`, 'rename it'))
  if (family.length > 1) return invalid(...[own, ...more].map((file) => rivalry(file, family)))

  const read = await readSafely(folder, own.path)
  if (read.kind === 'absent') return read
  if (read.kind === 'refused') return invalid(about(own, read.finding, read.remedy))
  return parseRange({ text: read.text, file: printable(own.path, 4096), rangeId })
}

const invalid = (...diagnostics: readonly Diagnostic[]): RangeFileRead => ({ kind: 'invalid', diagnostics })

const about = ({ path }: FoundFile, finding: string, remedy: string): Diagnostic => ({
  file: printable(path, 4096),
  line: undefined,
  column: undefined,
  finding,
  remedy,
})

function rivalry(file: FoundFile, family: readonly FoundFile[]): Diagnostic {
  const others = family.filter(({ path }) => path !== file.path)
  const [names, sameId] = [
    others.map(({ path }) => printable(path, 4096)).join(', '),
    others.some(({ id }) => id === file.id),
  ]
  const finding = sameId
    ? `the range ${file.id} has another file: ${names}`
    : `another id differs only in case: ${names}`
  return about(file, finding, sameId ? 'keep one of them' : 'rename one of them')
}

/** Range id -> what its files look like from outside; a change of it means: read again. */
type Looks = ReadonlyMap<string, string>

async function looksOf(folder: string): Promise<Looks> {
  const looks = new Map<string, string>()
  const files = await findRangeFiles(folder)
  const seen = await Promise.all(files.map(async ({ path }) => `${path} ${await lookOf(path)}`))
  for (const [index, { id }] of files.entries()) looks.set(id, `${looks.get(id) ?? ''}\n${seen[index]}`)
  return looks
}

const lookOf = async (path: string): Promise<string> =>
  await stat(path).then(
    ({ dev, ino, size, mtimeMs, ctimeMs }) => [dev, ino, size, mtimeMs, ctimeMs].join(' '),
    (error: unknown) => errorCode(error) ?? 'unknown',
  )

/** Ids whose looks differ, and the ids that differ from those only in case: they are valid or not together. */
function changedIds(before: Looks, after: Looks): readonly string[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  const changed = new Set(ids.filter((id) => before.get(id) !== after.get(id)).map((id) => id.toLowerCase()))
  return ids.filter((id) => changed.has(id.toLowerCase()))
}

async function watchRanges(
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
  const onTrouble = (error: unknown): void =>
    logger.warn(
      `range files: ${printable(folder)} is not watched completely: ${causeInWords(error)}; changes are found by looking every few seconds`,
    )

  looks = await looksOf(folder).catch(() => new Map())
  const bell = await watchFolder(folder, ring, onTrouble)
  signal.addEventListener('abort', () => void bell.close(), { once: true })
  if (signal.aborted) await bell.close()
  // What changed while the watch was being set up.
  ring()
}
