import { failure, parameterError, wrapped } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { flag, integer, required, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import { splitUser } from '../privileges.ts'
import { randomUuid } from '../random.ts'
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
      sim.world.access.roles.set(roleid, { special: false, privileges: new Set(splitList(privs)) })
      return null
    },
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
