import { chown, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import { causeInWords, errorCode } from '../error-code.ts'
import { syncFolder } from '../sync-folder.ts'
import { makeFolder } from './make-folder.ts'

/** A small file of the state directory that only its owner may read. */
export interface PrivateJsonFile<T> {
  /** Undefined when there is none, or it can't be understood or read. */
  read(): Promise<T | undefined>
  /** Undefined when there is none. Throws when it can't be read or understood: what is in there may still be needed. */
  readStrictly(): Promise<T | undefined>
  /** Appears whole, and is flushed to disk before it counts as written. */
  write(content: T): Promise<void>
  clear(): Promise<void>
}

/**
 * The JSON file at a path whose folder is made when it is needed. Written by root, it belongs to whom its home belongs to, and so
 * does its folder: a person may answer as root what a service asks as another user.
 *
 * @param home the state directory, where the file is in a folder below that
 */
export function privateJsonFile<T>(path: string, schema: z.ZodType<T>, home = dirname(path)): PrivateJsonFile<T> {
  const folder = dirname(path)
  const beside = join(folder, `.${basename(path)}.${process.pid}.tmp`)
  return {
    read: async () => {
      try {
        const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
        return parsed.success ? parsed.data : undefined
      } catch {
        return undefined
      }
    },
    readStrictly: async () => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (NONE.has(errorCode(error) ?? '')) return undefined
        throw new Error(`${path} can't be read: ${causeInWords(error)}`, { cause: error })
      })
      if (text === undefined) return undefined
      try {
        return schema.parse(JSON.parse(text))
      } catch {
        // Without the cause, which may quote what is in there.
        throw new Error(`${path} can't be understood`)
      }
    },
    write: async (content) => {
      await makeFolder(folder)
      const file = await open(beside, 'w', 0o600)
      try {
        await file.writeFile(`${JSON.stringify(content)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      if (process.getuid?.() === 0) {
        const { uid, gid } = await stat(home)
        await chown(beside, uid, gid)
        if (folder !== home) await chown(folder, uid, gid)
      }
      await rename(beside, path)
      await syncFolder(folder)
    },
    clear: async () => {
      await rm(path, { force: true })
    },
  }
}

const NONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])
