import { z } from 'zod'
import type { DestroyOrderStore } from '../../model/destroy-order.ts'
import { orderFolder } from './order-folder.ts'

const content = z.object({
  at: z.number(),
  vms: z.array(z.object({ vmid: z.number(), name: z.string() })),
  file: z.string().optional(),
  held: z.string().optional(),
  carriedOut: z.boolean(),
})

/** Orders as `<stateDir>/destroy/<range id>.json`. */
export function destroyOrderFiles(stateDir: string): DestroyOrderStore {
  const folder = orderFolder(stateDir, 'destroy', content)
  return {
    read: async (rangeId) => {
      const read = await folder.read(rangeId)
      if (read === undefined) return undefined
      const { at, vms, file, held, carriedOut } = read
      return { rangeId, at, vms, file, carriedOut, ...(held === undefined ? {} : { held }) }
    },
    write: ({ rangeId, at, vms, file, held, carriedOut }) =>
      folder.write(rangeId, {
        at,
        vms: [...vms],
        carriedOut,
        ...(file === undefined ? {} : { file }),
        ...(held === undefined ? {} : { held }),
      }),
    clear: (rangeId) => folder.clear(rangeId),
    list: () => folder.list(),
  }
}
