import { join } from 'node:path'
import { z } from 'zod'
import type { SdnLockNote, SdnLockStore } from '../../model/network-ports.ts'
import { privateJsonFile } from './private-json-file.ts'

const note: z.ZodType<SdnLockNote> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('asked'), at: z.number() }),
  z.object({ kind: z.literal('held'), token: z.string().min(1), at: z.number(), besides: z.boolean().optional() }),
])

/**
 * The note on the SDN lock, `<stateDir>/sdn-lock.json`. It is on disk before it counts as written: a machine that loses
 * power must still know the token of a lock that never expires.
 */
export function sdnLockFile(stateDir: string): SdnLockStore {
  const file = privateJsonFile(join(stateDir, 'sdn-lock.json'), note)
  return { read: () => file.readStrictly(), write: (content) => file.write(content), clear: () => file.clear() }
}
