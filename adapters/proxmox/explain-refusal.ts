import type { z } from 'zod'
import type { Clock } from '../../model/clock.ts'
import type { Params, PathOf, ReadCall } from './calls.ts'
import type { Caller } from './errors.ts'
import type { Refusal } from './forbidden.ts'
import { grantLine, type Held, placeOf } from './grants.ts'
import * as schemas from './schemas.ts'

/** Reads what Proxmox tells of rights; undefined where it doesn't. */
export type AskRights = <C extends ReadCall, T>(
  call: C,
  names: PathOf<C>,
  params: Params,
  schema: z.ZodType<T>,
) => Promise<T | undefined>

/** How long what was read of the access control list is good for, in milliseconds: many VMs may lack the same right at once. */
const FRESH_MS = 10_000

/**
 * Finds out with which line what was refused is given without taking anything away: from the rights that there are. Any
 * token may ask for its own (`GET /access/permissions`); all lines of the access control list are told with Sys.Audit on `/access`.
 */
export function createRefusalExplainer({ tokenId }: Caller, clock: Pick<Clock, 'now'>) {
  const user = tokenId.split('!')[0] ?? tokenId
  let known: { readonly at: number; readonly held: Promise<Held | undefined> } | undefined

  const effectiveAt = async (path: string, ask: AskRights): Promise<ReadonlySet<string> | undefined> => {
    const told = await ask('GET /access/permissions', {}, { path }, schemas.permissions)
    return told && new Set(Object.keys(told[path] ?? {}))
  }

  const readHeld = async (ask: AskRights): Promise<Held | undefined> => {
    const [access, acl, roles, own] = await Promise.all([
      effectiveAt('/access', ask),
      ask('GET /access/acl', {}, {}, schemas.acl),
      ask('GET /access/roles', {}, {}, schemas.roles),
      ask('GET /access/users/{userid}', { userid: user }, {}, schemas.user),
    ])
    // Without that right the list is shortened.
    if (access?.has('Sys.Audit') !== true || !acl || !roles || !own) return undefined
    return {
      acl: acl.map((line) => ({ ...line, propagate: line.propagate ?? true })),
      roles: new Map(
        roles.map(({ roleid, special, privs }) => [roleid, { special: special ?? false, privileges: new Set(privs) }]),
      ),
      groups: new Set(own.groups),
      separate: own.tokens?.[tokenId.slice(user.length + 1)]?.privsep ?? true,
    }
  }

  /** The end of a sentence about what is missing. */
  return async (refusal: Refusal, ask: AskRights): Promise<string> => {
    if (known === undefined || clock.now() - known.at > FRESH_MS) known = { at: clock.now(), held: readHeld(ask) }
    const place = placeOf(refusal)
    const [held, effective] = await Promise.all([known.held, effectiveAt(place, ask)])
    if (effective === undefined)
      return `add it to the role that counts there: pveum role modify ROLE --append 1 --privs "${refusal.rights.join(' ')}"`
    const line = grantLine(refusal, place, tokenId, effective, held)
    const isLifted = line.split(' && ').every((command) => command.startsWith('pveum acl delete'))
    return `${isLifted ? 'NoAccess forbids it there; lift that with' : 'grant it with'}: ${line}`
  }
}
