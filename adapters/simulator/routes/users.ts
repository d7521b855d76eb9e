import { failure, parameterError, wrapped } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { flag, integer, required, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import { splitUser } from '../privileges.ts'
import { randomUuid } from '../random.ts'
import { predefinedRoles } from '../roles.ts'
import type { Call, Route } from '../route.ts'
import { clusterLocked } from '../simulation.ts'
import type { User } from '../world.ts'

const userId = required(text({ format: 'pve-userid', maxLength: 64 }))

const userNamed = ({ sim, params }: Call): User => {
  const user = sim.world.access.users.get(params['userid'] ?? '')
  if (user === undefined) throw failure(`no such user ('${params['userid'] ?? ''}')`)
  return user
}

const row = ({ userid, enable, expire, email, comment }: User): unknown => ({
  userid,
  enable: enable ? 1 : 0,
  expire,
  'realm-type': userid.split('@')[1] ?? '',
  ...(email === undefined ? {} : { email }),
  ...(comment === undefined ? {} : { comment }),
})

const createUser = async (call: Call): Promise<null> => {
  const { userid = '', password, comment, email, enable, expire } = call.params
  const { users } = call.sim.world.access
  await wrapped('create user failed', () =>
    clusterLocked(call.sim, 'file-user_cfg', () => {
      if (users.has(userid)) throw failure(`user '${userid}' already exists`)
      const user = { userid, password, comment, email, enable: enable !== '0', expire: Number(expire ?? 0) }
      users.set(userid, { ...user, tokens: new Map() })
    }),
  )
  return null
}

const removeUser = (call: Call): null => {
  const { userid } = userNamed(call)
  const { access } = call.sim.world
  access.users.delete(userid)
  access.acl = access.acl.filter((entry) => splitUser(entry.ugid).userid !== userid)
  return null
}

const createToken = (call: Call): unknown => {
  const { tokenid = '', privsep, expire } = call.params
  const user = userNamed(call)
  if (user.tokens.has(tokenid)) throw parameterError({ tokenid: 'Token already exists.' })
  const value = randomUuid(call.sim.world.random)
  user.tokens.set(tokenid, { secret: value, privsep: privsep !== '0', expire: Number(expire ?? 0) })
  return { 'full-tokenid': `${user.userid}!${tokenid}`, value, info: { privsep: privsep ?? '1' } }
}

/** Without `append` a role's privileges are replaced. */
const changeRole = ({ sim, params }: Call): null => {
  const { roleid = '', privs, append } = params
  const { roles } = sim.world.access
  const role = roles.get(roleid)
  if (privs === undefined && append !== undefined)
    throw parameterError({ privs: "missing property required by 'append'" })
  if (role === undefined) throw failure(`update role failed: role '${roleid}' does not exist`)
  if (role.special) throw failure(`update role failed: auto-generated role '${roleid}' cannot be modified`)
  const before = append === '1' ? [...role.privileges] : []
  roles.set(roleid, { special: false, privileges: new Set([...before, ...privilegesIn(privs ?? '')]) })
  return null
}

const privilegesIn = (privs: string): ReadonlySet<string> => {
  const names = splitList(privs)
  const known = predefinedRoles.get('Administrator')?.privileges
  for (const name of names)
    if (known?.has(name) !== true) throw parameterError({ privs: `invalid format - invalid privilege '${name}'\n` })
  return new Set(names)
}

/** With the groups and tokens of the user; the user's own, or with Sys.Audit. */
const readUser = (call: Call): unknown => {
  const { sim, user, params } = call
  if (splitUser(user).userid !== params['userid'] && !call.may('/access/groups', 'User.Modify', 'Sys.Audit'))
    call.require('/access/groups', 'Sys.Audit')
  const { userid, enable, expire, email, comment, tokens } = userNamed(call)
  const groups = [...sim.world.access.groups].filter(([, members]) => members.has(userid)).map(([group]) => group)
  return {
    enable: enable ? 1 : 0,
    expire,
    ...(email === undefined ? {} : { email }),
    ...(comment === undefined ? {} : { comment }),
    groups,
    tokens: Object.fromEntries(
      [...tokens].map(([id, token]) => [id, { expire: token.expire, privsep: token.privsep ? 1 : 0 }]),
    ),
  }
}

/** Users, their tokens, and roles: enough to set up and test rights. */
export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/access/users',
    permission: anyUser,
    params: { enabled: flag, full: flag },
    handle: (call) =>
      [...call.sim.world.access.users.values()]
        .filter(({ userid }) => userid === call.user || call.may('/access/groups', 'User.Modify', 'Sys.Audit'))
        .map(row),
  },
  {
    method: 'POST',
    path: '/access/users',
    permission: perm('/access/groups', 'User.Modify'),
    params: {
      userid: userId,
      password: text({ minLength: 8, maxLength: 64 }),
      comment: text({ maxLength: 2048 }),
      email: text({ format: 'email-opt', maxLength: 254 }),
      enable: flag,
      expire: integer(0),
    },
    handle: createUser,
  },
  {
    method: 'GET',
    path: '/access/users/{userid}',
    permission: anyUser,
    params: { userid: userId },
    handle: readUser,
  },
  {
    method: 'DELETE',
    path: '/access/users/{userid}',
    permission: perm('/access/groups', 'User.Modify'),
    params: { userid: userId },
    handle: removeUser,
  },
  {
    method: 'POST',
    path: '/access/users/{userid}/token/{tokenid}',
    permission: perm('/access/groups', 'User.Modify'),
    params: { userid: userId, tokenid: required(text()), privsep: flag, expire: integer(0), comment: text() },
    handle: createToken,
  },
  {
    method: 'GET',
    path: '/access/roles',
    permission: anyUser,
    params: {},
    handle: ({ sim }) =>
      [...sim.world.access.roles].map(([roleid, { special, privileges }]) => ({
        roleid,
        special: special ? 1 : 0,
        privs: [...privileges].toSorted().join(','),
      })),
  },
  {
    method: 'POST',
    path: '/access/roles',
    permission: perm('/access', 'Sys.Modify'),
    params: { roleid: required(text({ format: 'pve-roleid' })), privs: text() },
    handle: ({ sim, params }) => {
      const { roleid = '', privs = '' } = params
      if (sim.world.access.roles.has(roleid)) throw failure(`create role failed: role '${roleid}' already exists`)
      sim.world.access.roles.set(roleid, { special: false, privileges: privilegesIn(privs) })
      return null
    },
  },
  {
    method: 'PUT',
    path: '/access/roles/{roleid}',
    permission: perm('/access', 'Sys.Modify'),
    params: { roleid: required(text({ format: 'pve-roleid' })), privs: text(), append: flag },
    handle: changeRole,
  },
  {
    method: 'GET',
    path: '/access/roles/{roleid}',
    permission: anyUser,
    params: { roleid: required(text({ format: 'pve-roleid' })) },
    handle: ({ sim, params }) => {
      const role = sim.world.access.roles.get(params['roleid'] ?? '')
      if (role === undefined) throw failure(`role '${params['roleid'] ?? ''}' does not exist`)
      return Object.fromEntries([...role.privileges].map((privilege) => [privilege, 1]))
    },
  },
]
