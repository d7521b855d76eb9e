import type { Clock } from '../../model/clock.ts'
import type { AclSeen } from '../../model/snapshot.ts'
import type { Unseen } from '../../model/unseen.ts'
import type { z } from 'zod'
import type { Api } from './api.ts'
import { poolMembers } from './pool-members.ts'
import * as schemas from './schemas.ts'
import { type Hidden, unseenBy } from './unseen-by-rights.ts'

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
   *
   * @param asOf `now`: what a look of a moment ago has read does not do
   */
  begin(signal: AbortSignal, asOf?: 'now'): Promise<() => Promise<RightsSeen>>
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

/** For so many missing rights the line that gives them is found out; a person reads a few of them. */
const EXPLAINED = 20

/** What the token's rights hide in one moment, before it is said how to show it. */
interface RightsRead {
  readonly acl: readonly AclSeen[]
  readonly hidden: readonly Hidden[]
}

const keyOf = ({ path, right }: Hidden): string => `${path} ${right}`

/** What was read so lately, in milliseconds, is what is read now: a person does not take a right and give it back in that time. */
const FRESH = 1000

/**
 * Four reads a look, or two right after another one, and one more of each pool while something is hidden.
 *
 * @param clock a steady one
 */
export function createVisibility(api: Pick<Api, 'read' | 'explain'>, clock: Pick<Clock, 'now'>): Visibility {
  let last: { readonly seen: RightsRead; readonly at: number } | undefined
  const read = async (signal: AbortSignal): Promise<RightsRead> => {
    const [permissions, rows] = await Promise.all([
      api.read('GET /access/permissions', {}, {}, schemas.permissions, signal),
      api.read('GET /access/acl', {}, {}, schemas.acl, signal),
    ])
    const acl = aclSeen(rows)
    const paths = acl.map(({ path }) => path)
    return { acl, hidden: unseenBy(permissions, paths) }
  }

  const withRemedy = async (hidden: Hidden, index: number, signal: AbortSignal): Promise<Unseen> => {
    const { path, right } = hidden
    const remedy =
      index < EXPLAINED ? await api.explain({ path, rights: [right] }, signal) : `give it ${right} on ${path}`
    return { ...hidden, remedy }
  }

  return {
    async begin(signal, asOf) {
      // Not what a look long before this one has read: a right may have been taken since, and be given back while this one goes on.
      const fresh = asOf === undefined && last !== undefined && clock.now() - last.at < FRESH ? last.seen : undefined
      const before = fresh ?? (await read(signal))
      return async () => {
        const at = clock.now()
        const seen = await read(signal)
        last = { seen, at }
        const { acl, hidden } = seen
        const known = new Set(hidden.map(keyOf))
        const all = [...hidden, ...before.hidden.filter((each) => !known.has(keyOf(each)))]
        return { acl, unseen: await Promise.all(all.map((each, index) => withRemedy(each, index, signal))) }
      }
    },

    async hiddenMembers(unseen, pools, shown, signal) {
      if (!unseen.some(({ what }) => what === 'guests' || what === 'rights')) return new Map()
      const hidden = await Promise.all(
        pools.map(async (poolid): Promise<[string, readonly number[]]> => {
          const members = await poolMembers(api, poolid, signal)
          return [poolid, members.filter((vmid) => !shown.has(vmid))]
        }),
      )
      return new Map(hidden.filter(([, vmids]) => vmids.length > 0))
    },
  }
}
