import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isRangeId } from '../../model/range-id.ts'
import type { RevisionRecord, RevisionStore } from '../../model/revision.ts'
import { type PrivateJsonFile, privateJsonFile } from './private-json-file.ts'

/** JSON has no key where there is no value. */
const maybe = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined)

const commit = z.object({ id: z.string(), author: z.string(), at: z.string(), subject: z.string() })

const revision = { digest: z.string(), commit: maybe(commit), orEarlier: z.boolean().optional() }

const record: z.ZodType<RevisionRecord> = z.object({
  rangeId: z.string().refine(isRangeId),
  seen: z.object(revision),
  inForce: maybe(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('file'),
        ...revision,
        source: z.string(),
        text: z.string(),
        wave: z.int().min(0).max(99),
      }),
      z.object({ kind: z.literal('gone'), ...revision }),
    ]),
  ),
  reached: maybe(z.object(revision)),
})

const ENDING = '.json'

/** So many are read at once: a process may open only so many files, and one that can't be opened counts as none. */
const MOST_AT_ONCE = 32

/**
 * What is in force of each range's file, `<stateDir>/revisions/<range id>.json`: with the text, which may hold secrets, so that only
 * the owner may read it. One that can't be understood counts as none.
 */
export function revisionFiles(stateDir: string): RevisionStore {
  const folder = join(stateDir, 'revisions')
  const fileOf = (rangeId: string): PrivateJsonFile<RevisionRecord> =>
    privateJsonFile(join(folder, rangeId + ENDING), record, stateDir)
  return {
    read: async () => {
      const names = await readdir(folder).catch(() => [])
      const ids = names.flatMap((name) => (name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : []))
      const records: RevisionRecord[] = []
      const left = ids.filter(isRangeId).values()
      const readOn = async (): Promise<void> => {
        for (const id of left) {
          const read = await fileOf(id).read()
          // One that was copied under another's name is none of that range.
          if (read?.rangeId === id) records.push(read)
        }
      }
      await Promise.all(Array.from({ length: MOST_AT_ONCE }, readOn))
      return records
    },
    write: (each) => fileOf(each.rangeId).write(each),
    remove: (rangeId) => fileOf(rangeId).clear(),
  }
}
