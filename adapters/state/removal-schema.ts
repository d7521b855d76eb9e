import { z } from 'zod'
import type { FileRemoval } from '../../model/file-removal.ts'
import type { CommitStamp } from '../../model/revision.ts'

/** JSON has no key where there is no value. */
export const maybe = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined)

const stamp: z.ZodType<CommitStamp> = z.object({
  id: z.string(),
  author: z.string(),
  at: z.string(),
  subject: z.string(),
})

/** How a range's file left a repository, as it is remembered and as a person is asked about it. */
export const fileRemoval: z.ZodType<FileRemoval> = z.object({
  by: maybe(stamp),
  after: z.string(),
  upTo: stamp,
  commits: maybe(z.int().min(0)),
  rewritten: z.boolean(),
  ranges: z.int().min(0),
})
