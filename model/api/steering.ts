import { z } from 'zod'

/** What a person may ask of a running Lanista, besides looking. There is nothing else. */
export const steering = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('reconcile'),
    ranges: z.array(z.string()).optional().meta({ description: 'Default: all.' }),
  }),
  z.object({
    action: z.literal('suspend'),
    range: z.string(),
    reason: z.string().min(1).max(500),
    until: z
      .string()
      .optional()
      .meta({ description: 'A date, or a moment with its zone. Default: until it is resumed.' }),
  }),
  z.object({ action: z.literal('resume'), range: z.string() }),
  z.object({
    action: z.literal('approve'),
    removal: z.string().optional().meta({
      description:
        'The `key` of what waits, as GET /api/v1/controller tells it: exactly these ranges go, with exactly these VMs.',
    }),
    commit: z.string().optional().meta({ description: 'The commit that may go in force, or whose waves may go on.' }),
  }),
])
export type Steering = z.infer<typeof steering>

/** What became of it. */
export const steered = z.object({
  done: z.boolean(),
  message: z.string().meta({ description: 'One sentence, for people.' }),
})
export type Steered = z.infer<typeof steered>
