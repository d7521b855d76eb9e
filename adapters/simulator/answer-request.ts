import type { IncomingHttpHeaders } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { ApiError, failure, parameterError } from './api-error.ts'
import { authenticate } from './authenticate.ts'
import { checkPermission } from './permission.ts'
import { BodyError, readParameters, unescape } from './request-body.ts'
import { createCall, findRoute, type Route, type RouteMatch } from './route.ts'
import type { Simulation } from './simulation.ts'
import { verifyParameters } from './verify.ts'
import type { NodeState } from './world.ts'

/** A request as it came off the wire. */
export interface RawRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An answer. `body` undefined: none at all. Everything but a 200 closes the connection. */
export interface RawAnswer {
  readonly status: number
  readonly reason: string
  readonly body: string | undefined
  readonly user?: string
}

/** Root of the API's addresses. */
export const apiRoot = '/api2/json'

const firstLine = (message: string): string => message.split('\n')[0] ?? ''

const bare = (status: number, reason: string): RawAnswer => ({ status, reason, body: undefined })

const success = (data: unknown, extras: Readonly<Record<string, unknown>>): RawAnswer => ({
  status: 200,
  reason: 'OK',
  body: JSON.stringify({ ...extras, data: data ?? null }),
})

const errorAnswer = (error: unknown): RawAnswer => {
  if (error instanceof BodyError) return { status: error.status, reason: firstLine(error.message), body: error.message }
  const api = error instanceof ApiError ? error : failure(error instanceof Error ? error.message : String(error))
  // Between pveproxy and a node that does not answer there is no one who could write a body.
  if (api.status >= 590) return bare(api.status, firstLine(api.message))
  const end = api.status === 501 || api.message.endsWith('\n') ? '' : '\n'
  const body = {
    data: null,
    message: `${api.message}${end}`,
    ...(api.errors === undefined ? {} : { errors: api.errors }),
  }
  return { status: api.status, reason: firstLine(api.message), body: JSON.stringify(body) }
}

/** The node a call runs on: the one asked, unless the route is proxied. A node that is off costs time and a 595. */
const nodeFor = async (
  sim: Simulation,
  asked: NodeState,
  route: Route,
  parameters: Readonly<Record<string, unknown>>,
): Promise<NodeState> => {
  const wanted = route.proxy === undefined ? undefined : parameters[route.proxy]
  if (route.proxy !== undefined && wanted === undefined)
    throw parameterError({ [route.proxy]: 'proxyto parameter does not exist' })
  if (typeof wanted !== 'string' || wanted === 'localhost' || wanted === asked.name) return asked
  const node = sim.world.nodes.get(wanted)
  if (node === undefined)
    throw failure(
      `hostname lookup '${wanted}' failed - failed to get address info for: ${wanted}: Temporary failure in name resolution`,
    )
  if (node.online) return node
  await sim.clock.sleep(sim.durations.unreachable, sim.closed)
  throw new ApiError(595, 'No route to host')
}

const inTime = async (sim: Simulation, work: Promise<unknown>): Promise<unknown> => {
  // Most answers are there at once, and an alarm is dear.
  const atOnce = await Promise.race([work.then((value) => ({ value })), turn()])
  if (atOnce !== undefined) return atOnce.value
  const stop = new AbortController()
  const late = sim.clock.sleep(sim.durations.proxyTimeout, AbortSignal.any([stop.signal, sim.closed])).then(
    () => {
      throw new ApiError(596, 'Connection timed out')
    },
    () => new Promise<never>(() => undefined),
  )
  try {
    return await Promise.race([work, late])
  } finally {
    stop.abort()
  }
}

const run = async (
  sim: Simulation,
  asked: NodeState,
  user: string,
  { route, values }: RouteMatch,
  sent: Readonly<Record<string, unknown>>,
): Promise<RawAnswer> => {
  // A JSON body may bring a number where the address has its text.
  const contradicts = (name: string): boolean => {
    const again = sent[name]
    return again !== undefined && (typeof again === 'number' ? String(again) : again) !== values[name]
  }
  const twice = Object.keys(values).find(contradicts)
  if (twice !== undefined)
    throw parameterError({ [twice]: 'duplicate parameter (already defined in URI) with conflicting values!' })
  const raw = { ...sent, ...values }
  checkPermission(sim.world, user, route.permission, raw)
  const node = await nodeFor(sim, asked, route, raw)
  const extras: Record<string, unknown> = {}
  const call = createCall(sim, user, node, verifyParameters(route.params, raw), extras)
  const data = await inTime(
    sim,
    Promise.resolve().then(() => route.handle(call)),
  )
  return success(data, extras)
}

/**
 * Answers one request as pveproxy would, in its order: method, credentials, body, route, permission, proxy, parameters,
 * operation.
 */
export const answerRequest = async (
  sim: Simulation,
  routes: readonly Route[],
  asked: NodeState,
  request: RawRequest,
): Promise<RawAnswer> => {
  const { method, headers } = request
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) return bare(501, `method '${method}' not available`)
  const [rawPath = '', query = ''] = request.url.split(/\?(.*)/s)
  const path = unescape(rawPath)
  if (!path.startsWith(apiRoot)) return bare(501, `no such file '${path}'`)
  const below = path.slice(apiRoot.length).replaceAll(/\/+/g, '/').replace(/\/$/, '')
  const match = findRoute(routes, method, below)
  const open = match?.route.permission.kind === 'world'
  const identity = open ? { user: '' } : authenticate(sim.world, method, headers, sim.clock.now())
  if ('refused' in identity) {
    await sim.clock.sleep(sim.durations.refusedLogin, sim.closed)
    return bare(401, identity.refused)
  }
  try {
    const sent = readParameters(method, query, headers['content-type'], request.body)
    if (match === undefined) throw new ApiError(501, `Method '${method} ${below}' not implemented`)
    return { ...(await run(sim, asked, identity.user, match, sent)), user: identity.user }
  } catch (error) {
    return { ...errorAnswer(error), user: identity.user }
  }
}
