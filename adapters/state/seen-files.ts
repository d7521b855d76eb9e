import { join } from 'node:path'
import { z } from 'zod'
import type { SeenFilesStore } from '../../model/ports.ts'
import type { SeenFile } from '../../model/prune.ts'
import { isRangeId } from '../../model/range-id.ts'
import { fileRemoval, maybe } from './removal-schema.ts'
import { privateJsonFile } from './private-json-file.ts'

const git = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('known'),
    branch: maybe(z.string()),
    origin: maybe(z.string()),
    head: maybe(z.string()),
  }),
  z.object({ kind: z.literal('untold'), why: z.string() }),
])

const seenFiles: z.ZodType<readonly SeenFile[]> = z.array(
  z.object({
    rangeId: z.string().refine(isRangeId),
    names: z.array(z.string()),
    folder: maybe(z.object({ place: z.string(), born: maybe(z.string()), git: maybe(git) })),
    emptied: z.boolean(),
    unread: z.boolean(),
    removal: fileRemoval.optional(),
  }),
)

/** What is remembered of range files, `<stateDir>/seen-ranges.json`. It may be deleted: then nothing goes for what it told. */
export function seenRangesFile(stateDir: string): SeenFilesStore {
  const file = privateJsonFile(join(stateDir, 'seen-ranges.json'), seenFiles)
  let written: string | undefined
  return {
    read: async () => (await file.read()) ?? [],
    write: async (seen) => {
      const text = JSON.stringify(seen)
      if (text === written) return
      await file.write(seen)
      written = text
    },
  }
}
