import { z } from 'zod'
import type { Api } from './api.ts'
import { pool as poolSchema } from './schemas.ts'

const inList = z.array(poolSchema)

/**
 * The VMIDs of a pool's guests, whether the token may see these or not. Refused as a whole, and never cut, where it may not see the
 * pool. A pool inside another can't be named in a path.
 */
export async function poolMembers(
  api: Pick<Api, 'read'>,
  poolid: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const found = poolid.includes('/')
    ? await api.read('GET /pools', {}, { poolid }, inList, signal)
    : [await api.read('GET /pools/{poolid}', { poolid }, {}, poolSchema, signal)]
  return found.flatMap(({ members }) => members.flatMap(({ vmid }) => vmid ?? []))
}
