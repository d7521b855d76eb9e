import { normalizePath } from './acl-path.ts'
import type { AclEntry, World } from './world.ts'

/** Privilege to whether it reaches below the path it was asked for. */
export type Privileges = ReadonlyMap<string, boolean>

type Roles = ReadonlyMap<string, boolean>

/** `ludus@pve!ctl` is the token `ctl` of `ludus@pve`. */
export const splitUser = (user: string): { readonly userid: string; readonly token: string | undefined } => {
  const [userid = '', token] = user.split('!')
  return { userid, token }
}

/** The world's rights in a form that many questions can be asked of quickly. */
interface Rights {
  readonly world: World
  readonly entries: ReadonlyMap<string, readonly AclEntry[]>
  /** The pools that contain what `/vms/100` or `/storage/local` stands for. */
  readonly poolsOf: (path: string) => readonly string[]
  /** Privileges of the combinations of roles met so far. */
  readonly byRoles: Map<Roles, Privileges>
  /** Roles that reach below the paths met so far, by user and path. */
  readonly below: Map<string, Roles>
}

const grouped = <T>(pairs: Iterable<readonly [string, T]>): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const [key, value] of pairs) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

const poolIndex = (world: World): ReadonlyMap<string, readonly string[]> =>
  grouped(
    [...world.pools.values()].flatMap((pool) => [
      ...[...pool.vms].map((vmid) => [`/vms/${vmid}`, pool.poolid] as const),
      ...[...pool.storages].map((id) => [`/storage/${id}`, pool.poolid] as const),
    ]),
  )

type PoolFinder = Rights['poolsOf']

/** Looks all memberships up once: for many questions. */
const indexedPools = (world: World): PoolFinder => {
  let index: ReadonlyMap<string, readonly string[]> | undefined
  return (path) => {
    if (!/^\/(vms|storage)\//.test(path)) return []
    index ??= poolIndex(world)
    return index.get(path) ?? []
  }
}

/** Looks into each pool: for one question, for which an index would cost more than it saves. */
const scannedPools =
  (world: World): PoolFinder =>
  (path) => {
    const [, kind, id = ''] = /^\/(vms|storage)\/([^/]+)$/.exec(path) ?? []
    if (kind === undefined) return []
    return [...world.pools.values()]
      .filter(({ vms, storages }) => (kind === 'vms' ? vms.has(Number(id)) : storages.has(id)))
      .map((pool) => pool.poolid)
  }

const rightsOf = (world: World, poolsOf: PoolFinder): Rights => ({
  world,
  entries: grouped(world.access.acl.map((entry) => [entry.path, entry])),
  poolsOf,
  byRoles: new Map(),
  below: new Map(),
})

const rolesAt = (world: World, entries: readonly AclEntry[], user: string, final: boolean): Roles => {
  const pick = (matches: (entry: AclEntry) => boolean): Roles =>
    new Map(entries.filter((entry) => matches(entry) && (final || entry.propagate)).map((e) => [e.roleid, e.propagate]))
  const own = pick((entry) => entry.type !== 'group' && entry.ugid === user)
  if (own.size > 0) return own
  return pick((entry) => entry.type === 'group' && world.access.groups.get(entry.ugid)?.has(user) === true)
}

const none: Roles = new Map()

const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))

/** Roles that reach below a path: the nearest entries with propagation, there or further up. */
const rolesBelow = (rights: Rights, user: string, path: string): Roles => {
  const key = `${user} ${path}`
  const known = rights.below.get(key)
  if (known !== undefined) return known
  const here = rolesAt(rights.world, rights.entries.get(path) ?? [], user, false)
  const roles = here.size > 0 || path === '/' ? here : rolesBelow(rights, user, parentOf(path))
  rights.below.set(key, roles)
  return roles
}

/** Roles at a path; an entry further down replaces what came from above, and NoAccess trumps all. */
const rolesOf = (rights: Rights, user: string, path: string): Roles => {
  const entries = rights.entries.get(path)
  const here = entries === undefined ? none : rolesAt(rights.world, entries, user, true)
  const roles = here.size > 0 ? here : path === '/' ? none : rolesBelow(rights, user, parentOf(path))
  return roles.has('NoAccess') ? new Map([['NoAccess', false]]) : roles
}

/** With the roles that come from the pools a VM or storage is in; those are never propagated. */
const rolesWithPools = (rights: Rights, user: string, path: string): Roles => {
  const roles = rolesOf(rights, user, path)
  if (roles.has('NoAccess')) return roles
  const pools = rights.poolsOf(path)
  if (pools.length === 0) return roles
  const added = pools
    .flatMap((poolid) => [...rolesOf(rights, user, `/pool/${poolid}`).keys()])
    .filter((role) => !roles.has(role))
  return added.length === 0 ? roles : new Map([...roles, ...added.map((role) => [role, false] as const)])
}

const ownPrivileges = (rights: Rights, user: string, path: string): Privileges => {
  const roles = rolesWithPools(rights, user, path)
  if (roles.has('NoAccess')) return new Map()
  // Along a list the same roles come again and again.
  const known = rights.byRoles.get(roles)
  if (known !== undefined) return known
  const privileges = new Map<string, boolean>()
  for (const [role, propagate] of roles)
    for (const privilege of rights.world.access.roles.get(role)?.privileges ?? [])
      privileges.set(privilege, privileges.get(privilege) === true || propagate)
  rights.byRoles.set(roles, privileges)
  return privileges
}

const intersection = (own: Privileges, users: Privileges): Privileges =>
  new Map(
    [...own].flatMap(([privilege, propagate]) => {
      const user = users.get(privilege)
      return user === undefined ? [] : [[privilege, user && propagate] as const]
    }),
  )

const allPrivileges = (world: World): Privileges =>
  new Map([...(world.access.roles.get('Administrator')?.privileges ?? [])].map((one) => [one, true]))

/**
 * What a user or token may do, for asking at many paths: it sees the rights as they are at this moment. Empty where a
 * path is invalid. A token with privilege separation has the intersection of its own rights and its user's, one without
 * has its user's.
 */
export const privilegeReader = (
  world: World,
  user: string,
  poolsOf = indexedPools(world),
): ((path: string) => Privileges) => {
  const rights = rightsOf(world, poolsOf)
  const { userid, token } = splitUser(user)
  const all = userid === 'root@pam' ? allPrivileges(world) : undefined
  const separate = token !== undefined && world.access.users.get(userid)?.tokens.get(token)?.privsep === true
  return (path) => {
    const at = normalizePath(path)
    if (at === undefined) return new Map()
    const users = all ?? ownPrivileges(rights, userid, at)
    return separate ? intersection(ownPrivileges(rights, user, at), users) : users
  }
}

/** What a user or token may do at one path. */
export const privilegesAt = (world: World, user: string, path: string): Privileges =>
  privilegeReader(world, user, scannedPools(world))(path)
