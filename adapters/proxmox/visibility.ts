import type { AclSeen } from '../../model/snapshot.ts'
import type { Unseen } from '../../model/unseen.ts'
import type { z } from 'zod'
import type { Api } from './api.ts'
import type { Caller } from './errors.ts'
import * as schemas from './schemas.ts'
import { unseenBy } from './unseen-by-rights.ts'

/** What the token's rights hide, and the access control list, which tells some of it. */
interface RightsSeen {
  readonly acl: readonly AclSeen[]
  readonly unseen: readonly Unseen[]
}

/** Reads what Proxmox may leave out of its lists for the token. */
export interface Visibility {
  /**
   * To be called before lists are read; resolves with what is to be called after. That tells what may be missing in them:
   * what was hidden before or after. A right that is given or taken while they are read makes none of them whole.
   */
  begin(signal: AbortSignal): Promise<() => Promise<RightsSeen>>
  /** Pool -> VMIDs of its guests that are not among those, for pools whose members may be hidden. */
  hiddenMembers(
    unseen: readonly Unseen[],
    pools: readonly string[],
    shown: ReadonlySet<number>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly number[]>>
}

const aclSeen = (rows: z.output<typeof schemas.acl>): readonly AclSeen[] =>
  rows.map(({ path, type, ugid, roleid, propagate }) => ({
    path,
    kind: type,
    who: ugid,
    role: roleid,
    propagate: propagate ?? true,
  }))

/** Two reads a look, and one more of each pool while something is hidden. */
export function createVisibility(api: Pick<Api, 'read'>, { tokenId }: Caller): Visibility {
  let last: RightsSeen | undefined

  const read = async (signal: AbortSignal): Promise<RightsSeen> => {
    const [permissions, rows] = await Promise.all([
      api.read('GET /access/permissions', {}, {}, schemas.permissions, signal),
      api.read('GET /access/acl', {}, {}, schemas.acl, signal),
    ])
    const acl = aclSeen(rows)
    const paths = acl.map(({ path }) => path)
    last = { acl, unseen: unseenBy(permissions, paths, tokenId) }
    return last
  }

  return {
    async begin(signal) {
      const before = last ?? (await read(signal))
      return async () => {
        const after = await read(signal)
        const known = new Set(after.unseen.map(({ path, right }) => `${path} ${right}`))
        const gone = before.unseen.filter(({ path, right }) => !known.has(`${path} ${right}`))
        return { acl: after.acl, unseen: [...after.unseen, ...gone] }
      }
    },

    async hiddenMembers(unseen, pools, shown, signal) {
      if (!unseen.some(({ what }) => what === 'guests' || what === 'rights')) return new Map()
      const hidden = await Promise.all(
        pools.map(async (poolid): Promise<[string, readonly number[]]> => {
          const { members } = await api.read('GET /pools/{poolid}', { poolid }, {}, schemas.pool, signal)
          return [poolid, members.flatMap(({ vmid }) => (vmid === undefined || shown.has(vmid) ? [] : [vmid]))]
        }),
      )
      return new Map(hidden.filter(([, vmids]) => vmids.length > 0))
    },
  }
}
