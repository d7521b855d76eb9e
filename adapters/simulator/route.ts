import { failure } from './api-error.ts'
import type { ParameterTable } from './parameters.ts'
import { hasAny, requireAll, requireAny, type Permission } from './permission.ts'
import { privilegeReader } from './privileges.ts'
import type { Simulation } from './simulation.ts'
import { startTask, type TaskRun } from './tasks.ts'
import type { Parameters } from './verify.ts'
import { isQuorate, type NodeState, type Task } from './world.ts'

/**
 * # Adding routes
 *
 * A family of routes is one file in `routes/` that exports a `readonly Route[]`; `routes/index.ts` lists the families.
 *
 *     export const poolRoutes: readonly Route[] = [
 *       {
 *         method: 'POST',
 *         path: '/pools',
 *         permission: perm('/pool/{poolid}', 'Pool.Allocate'),
 *         params: { poolid: required(text({ format: 'pve-poolid' })), comment: text() },
 *         handle: (call) => { ... return null },
 *       },
 *     ]
 *
 * What happens before `handle`, in Proxmox' order: authentication (401), the body (501, 506, 500), the route (501),
 * `permission` with the parameters as they came (403), the proxy to `proxy`'s node (500 lookup, 595), parameter
 * verification (400; unknown parameters too). Path parameters have to be in `params` as well.
 *
 * `handle` gets verified parameters as text (flags are `0`/`1`, absent ones undefined: no defaults are filled in) and
 * returns what goes under `data`, or throws `ApiError`: `failure(text)` is a Perl die (500), `parameterError({name:
 * text})` a 400, `forbidden(what)` a 403. Numbers and texts must leave in the types Proxmox sends.
 *
 * - slow calls: `await call.sim.clock.sleep(ms)`; every wait goes through the clock
 * - a task: `return call.task('qmstart', String(vmid), async (run) => { run.log('...'); await run.sleep(1000) })`; a
 *   thrown error ends it; it runs on `call.node`
 * - locks: `clusterLocked(call.sim, 'domain-sdn', work)`, `withFileLock(lockScope(call.sim), node, configLock(vmid), 10_000,
 *   work)`, in tasks `withCfsLock(..., () => run.log(...))`; `wrapped('create sdn vnet object failed', work)` gives errors
 *   their prefix
 * - rights beyond the declared one: `call.require(path, 'VM.Audit')` and `call.requireAny` throw, `call.may(path, ...any)` tells
 * - writes to the cluster file system: `call.requireQuorum()` first
 * - what lies next to `data` (`total`, `changes`): `call.extra('total', 7)`
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly params: ParameterTable
  readonly permission: Permission
  /** Name of the parameter that tells the node on which it runs; without it, on the node that was asked. */
  readonly proxy?: string
  readonly handle: (call: Call) => unknown
}

/** One request on its way through a handler. */
export interface Call {
  readonly sim: Simulation
  readonly params: Parameters
  readonly user: string
  /** The node it runs on. */
  readonly node: NodeState
  /** Throws 403 unless the caller has all these privileges there. */
  readonly require: (path: string, ...privileges: readonly string[]) => void
  /** Throws 403 unless the caller has one of these privileges there. */
  readonly requireAny: (path: string, ...privileges: readonly string[]) => void
  /** Has the caller one of these privileges there. */
  readonly may: (path: string, ...privileges: readonly string[]) => boolean
  /** The same question for going through a long list: it sees the rights as they are when it is made. */
  readonly mayEach: () => (path: string, ...privileges: readonly string[]) => boolean
  /** Has the caller one of these privileges on a bridge or vnet of a zone (`localnetwork` for a node's own), or on a VLAN of it. */
  readonly mayUseBridge: (zone: string, bridge: string, ...privileges: readonly string[]) => boolean
  /** Throws 500 `cluster not ready - no quorum?` when it isn't. */
  readonly requireQuorum: () => void
  /** Starts a task on `node`, for the caller, and returns its UPID. */
  readonly task: (type: string, id: string, work: (run: TaskRun) => void | Promise<void>) => string
  /** A top-level key of the answer next to `data`. */
  readonly extra: (key: string, value: unknown) => void
}

/** Builds a call; the extras gather in `extras`. */
export const createCall = (
  sim: Simulation,
  user: string,
  node: NodeState,
  params: Parameters,
  extras: Record<string, unknown>,
): Call => ({
  sim,
  params,
  user,
  node,
  require: (path, ...privileges) => requireAll(sim.world, user, path, privileges),
  requireAny: (path, ...privileges) => requireAny(sim.world, user, path, privileges),
  may: (path, ...privileges) => hasAny(sim.world, user, path, ...privileges),
  mayEach: () => {
    const held = privilegeReader(sim.world, user)
    return (path, ...privileges) => {
      const here = held(path)
      return privileges.some((privilege) => here.has(privilege))
    }
  },
  mayUseBridge: (zone, bridge, ...privileges) => {
    const path = `/sdn/zones/${zone}/${bridge}`
    const vlans = sim.world.access.acl.map((entry) => entry.path).filter((one) => one.startsWith(`${path}/`))
    return [path, ...vlans].some((one) => hasAny(sim.world, user, one, ...privileges))
  },
  requireQuorum: () => {
    if (!isQuorate(sim.world)) throw failure('cluster not ready - no quorum?')
  },
  task: (type, id, work): Task['upid'] => startTask(sim, { node: node.name, type, id, user }, work).upid,
  extra: (key, value) => {
    extras[key] = value
  },
})

/** A route and the values of its path's parameters. */
export interface RouteMatch {
  readonly route: Route
  readonly values: Readonly<Record<string, string>>
}

/** A part of a path: the text it has to be, or the name of the parameter that it is. */
type PathPart = { readonly text: string } | { readonly name: string }

const partsOf = (path: string): readonly PathPart[] =>
  path
    .split('/')
    .slice(1)
    .map((text) => {
      const name = /^\{(.+)\}$/.exec(text)?.[1]
      return name === undefined ? { text } : { name }
    })

/** Every request is held against every path, so each is taken apart once. */
const knownParts = new Map<string, readonly PathPart[]>()

const matchPath = (template: string, parts: readonly string[]): Readonly<Record<string, string>> | undefined => {
  const wanted = knownParts.get(template) ?? partsOf(template)
  knownParts.set(template, wanted)
  if (wanted.length !== parts.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    if ('name' in part) values[part.name] = parts[index] ?? ''
    else if (part.text !== parts[index]) return undefined
  }
  return values
}

/** By method and number of parts, such as `GET 2`: few of all routes are left to be compared with a request. */
const knownShapes = new WeakMap<readonly Route[], ReadonlyMap<string, readonly Route[]>>()

function shapesOf(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const shapes = new Map<string, Route[]>()
  for (const route of routes) {
    const shape = `${route.method} ${partsOf(route.path).length}`
    shapes.set(shape, [...(shapes.get(shape) ?? []), route])
  }
  return shapes
}

/** Finds the route for a decoded path; fixed parts win over parameters. */
export const findRoute = (routes: readonly Route[], method: string, path: string): RouteMatch | undefined => {
  const parts = path.split('/').filter((part) => part !== '')
  const shapes = knownShapes.get(routes) ?? shapesOf(routes)
  knownShapes.set(routes, shapes)
  const found = (shapes.get(`${method} ${parts.length}`) ?? []).flatMap((route) => {
    const values = matchPath(route.path, parts)
    return values === undefined ? [] : [{ route, values }]
  })
  return found.toSorted((a, b) => Object.keys(a.values).length - Object.keys(b.values).length).find(() => true)
}
