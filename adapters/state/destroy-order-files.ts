import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DestroyOrderStore } from '../../model/destroy-order.ts'
import { isRangeId } from '../../model/range-id.ts'
import { type PrivateJsonFile, privateJsonFile } from './private-json-file.ts'

const content = z.object({
  at: z.number(),
  vms: z.array(z.object({ vmid: z.number(), name: z.string() })),
  file: z.string().optional(),
  held: z.string().optional(),
  carriedOut: z.boolean(),
})

const ENDING = '.json'

/** Orders as `<stateDir>/destroy/<range id>.json`. */
export function destroyOrderFiles(stateDir: string): DestroyOrderStore {
  const folder = join(stateDir, 'destroy')
  const fileOf = (rangeId: string): PrivateJsonFile<z.output<typeof content>> => {
    if (!isRangeId(rangeId)) throw new Error(`destroy: ${JSON.stringify(rangeId)} can't be a range id`)
    return privateJsonFile(join(folder, rangeId + ENDING), content, stateDir)
  }
  return {
    read: async (rangeId) => {
      const read = isRangeId(rangeId) ? await readOrSay(fileOf(rangeId)) : undefined
      if (read === undefined) return undefined
      const { at, vms, file, held, carriedOut } = read
      return { rangeId, at, vms, file, carriedOut, ...(held === undefined ? {} : { held }) }
    },
    write: ({ rangeId, at, vms, file, held, carriedOut }) =>
      fileOf(rangeId).write({
        at,
        vms: [...vms],
        carriedOut,
        ...(file === undefined ? {} : { file }),
        ...(held === undefined ? {} : { held }),
      }),
    clear: (rangeId) => fileOf(rangeId).clear(),
    list: async () => {
      const names = await readdir(folder).catch(() => [])
      return names
        .filter((name) => name.endsWith(ENDING))
        .map((name) => name.slice(0, -ENDING.length))
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
    throw new Error(`${what}; let Lanista read it, or remove it`, { cause: error })
  }
}
