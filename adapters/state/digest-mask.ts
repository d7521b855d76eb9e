import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { DigestMask } from '../../model/digest-mask.ts'
import { privateJsonFile } from './private-json-file.ts'

/** By a key that the state directory keeps, so that it is the same over restarts; where that can't be kept, until the next. */
export function digestMask(stateDir: string): DigestMask {
  const file = privateJsonFile(join(stateDir, 'mask.json'), z.object({ key: z.string().min(32) }), stateDir)
  let key = randomBytes(32).toString('hex')
  return {
    load: async () => {
      const kept = await file.read()
      if (kept === undefined) await file.write({ key }).catch(() => undefined)
      else key = kept.key
    },
    of: (digest) => createHmac('sha256', key).update(digest).digest('hex').slice(0, 16),
  }
}
