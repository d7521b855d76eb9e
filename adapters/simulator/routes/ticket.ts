import { ApiError } from '../api-error.ts'
import { pathAndAncestors } from '../acl-path.ts'
import { flag, required, text } from '../parameters.ts'
import { everybody } from '../permission.ts'
import { privilegesAt } from '../privileges.ts'
import { randomUuid } from '../random.ts'
import type { Call, Route } from '../route.ts'
import type { World } from '../world.ts'

const areas: Readonly<Record<string, RegExp>> = {
  vms: /^(VM\.|Permissions\.Modify)/,
  access: /^((User|Group)\.|Permissions\.Modify)/,
  storage: /^(Datastore\.|Permissions\.Modify)/,
  nodes: /^(Sys\.|Permissions\.Modify)/,
  sdn: /^(SDN\.|Permissions\.Modify)/,
  dc: /^(Sys\.Audit|Sys\.Modify|SDN\.)/,
  mapping: /^(Mapping\.|Permissions\.Modify)/,
}

const roots = ['/', '/nodes', '/access/groups', '/vms', '/storage', '/sdn', '/mapping']

/** What the user interface may offer: privileges the user has somewhere in each area. */
const capabilities = (world: World, userid: string): Record<string, Record<string, number>> => {
  const found: Record<string, Record<string, number>> = Object.fromEntries(Object.keys(areas).map((area) => [area, {}]))
  const paths = new Set([...roots, ...world.access.acl.flatMap((entry) => pathAndAncestors(entry.path))])
  for (const path of paths) {
    const top = path.split('/')[1] ?? ''
    const here = top === 'pool' ? ['vms', 'storage'] : [top === '' ? 'dc' : top]
    for (const privilege of privilegesAt(world, userid, path).keys())
      for (const area of here) {
        const granted = found[area]
        if (granted !== undefined && areas[area]?.test(privilege) === true) granted[privilege] = 1
      }
  }
  return found
}

const refuse = async ({ sim }: Call): Promise<never> => {
  await sim.clock.sleep(sim.durations.refusedLogin, sim.closed)
  throw new ApiError(401, 'authentication failure')
}

const login = async (call: Call): Promise<unknown> => {
  const { params, sim } = call
  const { access, clusterName, random } = sim.world
  const { username = '', password = '', realm } = params
  const userid = realm === undefined || realm === '' ? username : `${username}@${realm}`
  const user = access.users.get(userid)
  const renewed = access.tickets.get(password)?.userid === userid
  if (user?.enable !== true || !(renewed || (user.password !== undefined && user.password === password)))
    return refuse(call)
  const stamp = Math.floor(sim.clock.now() / 1000)
    .toString(16)
    .toUpperCase()
  const secret = (): string => Buffer.from(randomUuid(random) + randomUuid(random)).toString('base64')
  const ticket = `PVE:${userid}:${stamp}::${secret()}`
  const csrf = `${stamp}:${secret()}`
  access.tickets.set(ticket, { userid, csrf, issued: sim.clock.now() })
  return {
    username: userid,
    ticket,
    CSRFPreventionToken: csrf,
    clustername: clusterName,
    cap: capabilities(sim.world, userid),
  }
}

/** Logging in with a password. */
export const ticketRoutes: readonly Route[] = [
  { method: 'GET', path: '/access/ticket', permission: everybody, params: {}, handle: () => null },
  {
    method: 'POST',
    path: '/access/ticket',
    permission: everybody,
    params: {
      username: required(text({ maxLength: 64 })),
      password: required(text()),
      realm: text({ format: 'pve-realm', maxLength: 32 }),
      otp: text(),
      'tfa-challenge': text(),
      'new-format': flag,
      path: text({ maxLength: 64, requires: 'privs' }),
      privs: text({ maxLength: 64, requires: 'path' }),
    },
    handle: login,
  },
]
