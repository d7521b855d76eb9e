import { normalizePath, pathAndAncestors } from './acl-path.ts'
import type { AclEntry, World } from './world.ts'

/** Privilege to whether it reaches below the path it was asked for. */
export type Privileges = ReadonlyMap<string, boolean>

/** `ludus@pve!ctl` is the token `ctl` of `ludus@pve`. */
export const splitUser = (user: string): { readonly userid: string; readonly token: string | undefined } => {
  const [userid = '', token] = user.split('!')
  return { userid, token }
}

const rolesAt = (world: World, entries: readonly AclEntry[], user: string, final: boolean): Map<string, boolean> => {
  const pick = (matches: (entry: AclEntry) => boolean): Map<string, boolean> =>
    new Map(entries.filter((entry) => matches(entry) && (final || entry.propagate)).map((e) => [e.roleid, e.propagate]))
  const own = pick((entry) => entry.type !== 'group' && entry.ugid === user)
  if (own.size > 0) return own
  return pick((entry) => entry.type === 'group' && world.access.groups.get(entry.ugid)?.has(user) === true)
}

/** Roles at a path; an entry further down replaces what came from above, and NoAccess trumps all. */
const rolesOf = (world: World, user: string, path: string): Map<string, boolean> => {
  let roles = new Map<string, boolean>()
  for (const at of pathAndAncestors(path)) {
    const entries = world.access.acl.filter((entry) => entry.path === at)
    const found = rolesAt(world, entries, user, at === path)
    if (found.size > 0) roles = found
  }
  return roles.has('NoAccess') ? new Map([['NoAccess', false]]) : roles
}

/** Roles for `/vms/X` and `/storage/X` that come from the pools X is in; never propagated. */
const poolRoles = (world: World, user: string, path: string): Set<string> => {
  const [, kind = '', id = ''] = /^\/(vms|storage)\/([^/]+)$/.exec(path) ?? []
  const pools = [...world.pools.values()].filter((pool) =>
    kind === 'vms' ? pool.vms.has(Number(id)) : kind === 'storage' && pool.storages.has(id),
  )
  return new Set(pools.flatMap((pool) => [...rolesOf(world, user, `/pool/${pool.poolid}`).keys()]))
}

const ownPrivileges = (world: World, user: string, path: string): Privileges => {
  const roles = rolesOf(world, user, path)
  if (!roles.has('NoAccess'))
    for (const role of poolRoles(world, user, path)) if (!roles.has(role)) roles.set(role, false)
  if (roles.has('NoAccess')) return new Map()
  const privileges = new Map<string, boolean>()
  for (const [role, propagate] of roles)
    for (const privilege of world.access.roles.get(role)?.privileges ?? [])
      privileges.set(privilege, privileges.get(privilege) === true || propagate)
  return privileges
}

/**
 * What a user or token may do at a path; empty where the path is invalid. A token with privilege separation has the
 * intersection of its own rights and its user's, one without has its user's.
 */
export const privilegesAt = (world: World, user: string, path: string): Privileges => {
  const at = normalizePath(path)
  if (at === undefined) return new Map()
  const { userid, token } = splitUser(user)
  const all = (): Privileges =>
    new Map([...(world.access.roles.get('Administrator')?.privileges ?? [])].map((privilege) => [privilege, true]))
  const users = userid === 'root@pam' ? all() : ownPrivileges(world, userid, at)
  if (token === undefined) return users
  if (world.access.users.get(userid)?.tokens.get(token)?.privsep !== true) return users
  const own = ownPrivileges(world, user, at)
  return new Map(
    [...own].flatMap(([privilege, propagate]) => {
      const user = users.get(privilege)
      return user === undefined ? [] : [[privilege, user && propagate] as const]
    }),
  )
}
