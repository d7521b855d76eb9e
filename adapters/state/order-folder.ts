import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { isRangeId } from '../../model/range-id.ts'
import { UserError } from '../../model/user-error.ts'
import { type PrivateJsonFile, privateJsonFile } from './private-json-file.ts'

const ENDING = '.json'

/** Orders about ranges, one at most about each, in a folder of the state directory. */
export interface OrderFolder<T> {
  /** Undefined when there is none for the range. Throws `UserError` when there is one that can't be read or understood. */
  read(rangeId: string): Promise<T | undefined>
  /** Resolves when it is on disk for good. */
  write(rangeId: string, order: T): Promise<void>
  clear(rangeId: string): Promise<void>
  /** Ids of the ranges with an order, in order. */
  list(): Promise<readonly string[]>
}

/** `<stateDir>/<name>/<range id>.json` */
export function orderFolder<T>(stateDir: string, name: string, schema: z.ZodType<T>): OrderFolder<T> {
  const folder = join(stateDir, name)
  const fileOf = (rangeId: string): PrivateJsonFile<T> => {
    if (!isRangeId(rangeId)) throw new Error(`${name}: ${JSON.stringify(rangeId)} can't be a range id`)
    return privateJsonFile(join(folder, rangeId + ENDING), schema, stateDir)
  }
  return {
    read: async (rangeId) => (isRangeId(rangeId) ? await readOrSay(fileOf(rangeId)) : undefined),
    write: (rangeId, order) => fileOf(rangeId).write(order),
    clear: (rangeId) => fileOf(rangeId).clear(),
    list: async () => {
      const names = await readdir(folder).catch(() => [])
      return names
        .filter((each) => each.endsWith(ENDING))
        .map((each) => each.slice(0, -ENDING.length))
        .filter(isRangeId)
        .sort()
    },
  }
}

/** An order that can't be read is no order, and none that may be passed over: a person is to see to it. */
async function readOrSay<T>(file: Pick<PrivateJsonFile<T>, 'readStrictly'>): Promise<T | undefined> {
  try {
    return await file.readStrictly()
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new UserError(`${what}; let Lanista read it, or remove it`, error)
  }
}
