import type { IncomingHttpHeaders } from 'node:http'
import type { World } from './world.ts'

/** Who asks, or why not; the text becomes the 401's reason phrase. */
export type Identity = { readonly user: string } | { readonly refused: string }

const ticketLifetime = 7_200_000

/** Whether something with this end, in epoch seconds and 0 for none, is over. By AccessControl.pm: `verify_token`, `check_user_enabled`. */
const isOver = (expire: number, now: number): boolean => expire !== 0 && expire < Math.floor(now / 1000)

const byToken = (world: World, credentials: string, now: number): Identity => {
  const [, user = '', userid = '', tokenid = '', secret = ''] = /^(([^!=]+)!([^=]+))=(.*)$/.exec(credentials) ?? []
  const owner = world.access.users.get(userid)
  const token = owner?.tokens.get(tokenid)
  const isGood =
    owner?.enable === true &&
    !isOver(owner.expire, now) &&
    token !== undefined &&
    !isOver(token.expire, now) &&
    token.secret === secret
  return isGood ? { user } : { refused: 'Authentication failed!' }
}

const cookieOf = (headers: IncomingHttpHeaders): string | undefined => {
  const value = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(headers.cookie ?? '')?.[1]
  return value === undefined || value === '' ? undefined : decodeURIComponent(value)
}

const byTicket = (world: World, ticket: string, method: string, csrf: unknown, now: number): Identity => {
  const known = world.access.tickets.get(ticket)
  if (known === undefined || now - known.issued > ticketLifetime)
    return { refused: 'permission denied - invalid PVE ticket' }
  if (method !== 'GET' && csrf !== known.csrf) return { refused: 'Permission denied - invalid csrf token' }
  return { user: known.userid }
}

/** Finds out who sends a request, by API token or by ticket (which needs a CSRF token for every write). */
export const authenticate = (world: World, method: string, headers: IncomingHttpHeaders, now: number): Identity => {
  const token = /^PVEAPIToken[ =](.*)$/.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return byToken(world, token, now)
  const ticket = cookieOf(headers)
  if (ticket === undefined) return { refused: 'No ticket' }
  return byTicket(world, ticket, method, headers['csrfpreventiontoken'], now)
}
