import { z } from 'zod'
import type { SuspendOrderStore } from '../../model/suspend-order.ts'
import { orderFolder } from './order-folder.ts'

const content = z.object({
  kind: z.enum(['suspend', 'resume']),
  by: z.string(),
  at: z.number(),
  reason: z.string(),
  until: z.number().optional(),
  file: z.string().optional(),
})

/** Orders as `<stateDir>/suspend/<range id>.json`. */
export function suspendOrderFiles(stateDir: string): SuspendOrderStore {
  const folder = orderFolder(stateDir, 'suspend', content)
  return {
    read: async (rangeId) => {
      const read = await folder.read(rangeId)
      if (read === undefined) return undefined
      const { kind, by, at, reason, until, file } = read
      return { rangeId, kind, by, at, reason, until, file }
    },
    write: ({ rangeId, kind, by, at, reason, until, file }) =>
      folder.write(rangeId, {
        kind,
        by,
        at,
        reason,
        ...(until === undefined ? {} : { until }),
        ...(file === undefined ? {} : { file }),
      }),
    clear: (rangeId) => folder.clear(rangeId),
  }
}
