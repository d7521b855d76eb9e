import { failure, parameterError, wrapped } from '../api-error.ts'
import { isAclPath, normalizePath, pathAndAncestors } from '../acl-path.ts'
import { splitList } from '../formats.ts'
import { flag, required, text } from '../parameters.ts'
import { anyUser, modifiersOf } from '../permission.ts'
import { privilegesAt, splitUser } from '../privileges.ts'
import type { Call, Route } from '../route.ts'
import { clusterLocked } from '../simulation.ts'
import type { AclEntry, World } from '../world.ts'

const permissionsAt = (world: World, user: string, path: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...privilegesAt(world, user, path)].map(([privilege, propagate]) => [privilege, propagate ? 1 : 0]),
  )

/** Paths a full answer covers: the roots, those with an ACL entry and above, and what pools contain. */
const knownPaths = (world: World): ReadonlySet<string> =>
  new Set([
    ...'/ /access /access/groups /nodes /pool /sdn /storage /vms'.split(' '),
    ...world.access.acl.flatMap((entry) => pathAndAncestors(entry.path)),
    ...[...world.pools.values()].flatMap((pool) => [
      ...[...pool.vms].map((vmid) => `/vms/${vmid}`),
      ...[...pool.storages].map((id) => `/storage/${id}`),
    ]),
  ])

const permissions = (call: Call): unknown => {
  const { world } = call.sim
  const { userid = call.user, path } = call.params
  const { userid: owner, token } = splitUser(userid)
  if (userid !== call.user && !(token !== undefined && owner === call.user)) call.require('/access', 'Sys.Audit')
  if (path !== undefined) return { [path]: permissionsAt(world, userid, path) }
  const all = [...knownPaths(world)].map((at) => [at, permissionsAt(world, userid, at)] as const)
  return Object.fromEntries(all.filter(([, held]) => Object.keys(held).length > 0))
}

const aclRow = ({ path, type, ugid, roleid, propagate }: AclEntry): unknown => ({
  path,
  type,
  ugid,
  roleid,
  propagate: propagate ? 1 : 0,
})

/** Without Permissions.Modify one may hand out no more than one has oneself. */
const checkHandingOut = (call: Call, path: string, roleid: string, propagate: boolean, remove: boolean): void => {
  const { access } = call.sim.world
  const role = access.roles.get(roleid)
  if (role === undefined) throw failure(`role '${roleid}' does not exist`)
  const held = privilegesAt(call.sim.world, call.user, path)
  if (held.has('Permissions.Modify')) return
  const verb = remove ? 'remove' : 'add'
  for (const privilege of role.privileges) {
    if (!held.has(privilege))
      throw parameterError({
        role: `Cannot ${verb} role '${roleid}' - requires 'Permissions.Modify' or superset of privileges.`,
      })
    if (propagate && held.get(privilege) !== true && !remove)
      throw parameterError({
        role: `Cannot ${verb} role '${roleid}' with propagation - requires 'Permissions.Modify' or propagated superset of privileges.`,
      })
  }
  if (roleid === 'NoAccess')
    throw parameterError({ role: `Cannot ${verb} role '${roleid}' - requires 'Permissions.Modify'` })
}

/** Whom an ACL change is about; throws for those nobody knows. */
const subjects = ({ sim, params }: Call): readonly Pick<AclEntry, 'type' | 'ugid'>[] => {
  const { users, groups } = sim.world.access
  const named = (name: string, type: AclEntry['type']): readonly Pick<AclEntry, 'type' | 'ugid'>[] =>
    splitList(params[name] ?? '').map((ugid) => ({ type, ugid }))
  const all = [...named('groups', 'group'), ...named('users', 'user'), ...named('tokens', 'token')]
  for (const { type, ugid } of all) {
    const { userid, token = '' } = splitUser(ugid)
    if (type === 'group' && !groups.has(ugid)) throw failure(`group '${ugid}' does not exist`)
    if (type === 'user' && !users.has(ugid)) throw failure(`user '${ugid}' does not exist`)
    if (type !== 'token') continue
    if (!users.has(userid)) throw failure(`no such user ('${userid}')`)
    if (users.get(userid)?.tokens.has(token) !== true) throw failure(`no such token '${token}' for user '${userid}'`)
  }
  return all
}

const changeAcl = async (call: Call): Promise<null> => {
  const { params } = call
  const { access } = call.sim.world
  const missing = "either 'users', 'groups' or 'tokens' is required."
  if (['users', 'groups', 'tokens'].every((name) => (params[name] ?? '') === ''))
    throw parameterError({ users: missing, groups: missing, tokens: missing })
  const given = params['path'] ?? ''
  const path = normalizePath(given)
  const remove = params['delete'] === '1'
  if (path === undefined || (!remove && !isAclPath(path))) throw parameterError({ path: `invalid ACL path '${given}'` })
  const propagate = params['propagate'] !== '0'
  await wrapped('ACL update failed', () =>
    clusterLocked(call.sim, 'file-user_cfg', () => {
      const roles = splitList(params['roles'] ?? '')
      const whom = roles.flatMap((roleid) => {
        checkHandingOut(call, path, roleid, propagate, remove)
        return subjects(call).map((subject) => ({ ...subject, path, roleid, propagate }))
      })
      const same = (a: AclEntry, b: AclEntry): boolean =>
        a.path === b.path && a.type === b.type && a.ugid === b.ugid && a.roleid === b.roleid
      const others = access.acl.filter((entry) => !whom.some((changed) => same(entry, changed)))
      access.acl = remove ? others : [...others, ...whom]
    }),
  )
  return null
}

/** Who may what. */
export const accessRoutes: readonly Route[] = [
  { method: 'GET', path: '/version', permission: anyUser, params: {}, handle: ({ sim }) => sim.world.version },
  {
    method: 'GET',
    path: '/access/permissions',
    permission: anyUser,
    params: {
      path: text(),
      userid: text({ pattern: /[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+(?:![A-Za-z][A-Za-z0-9.\-_]+)?/ }),
    },
    handle: permissions,
  },
  {
    method: 'GET',
    path: '/access/acl',
    permission: anyUser,
    params: {},
    // Whoever audits access sees all of it; the others what they may change.
    handle: (call) => {
      const all = call.may('/access', 'Sys.Audit')
      return call.sim.world.access.acl
        .filter((entry) => all || call.may(entry.path, ...modifiersOf(entry.path)))
        .map(aclRow)
    },
  },
  {
    method: 'PUT',
    path: '/access/acl',
    permission: { kind: 'perm-modify', path: '{path}' },
    params: {
      path: required(text()),
      roles: required(text({ format: 'pve-roleid-list' })),
      users: text({ format: 'pve-userid-list' }),
      groups: text({ format: 'pve-groupid-list' }),
      tokens: text({ format: 'pve-tokenid-list' }),
      propagate: flag,
      delete: flag,
    },
    handle: changeAcl,
  },
]
