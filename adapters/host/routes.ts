import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  type HostRoutes,
  type PlainRoute,
  type Route,
  ROUTE_PROTOCOL,
  type RouteSeen,
} from '../../model/host-routes.ts'
import { parseRoutes } from './parse-routes.ts'
import { routeErrorOf, saysGone } from './route-errors.ts'

const run = promisify(execFile)

/** The netlink calls behind it take milliseconds. */
const TIMEOUT_MS = 10_000

/** More than 100,000 routes within 10.0.0.0/8. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024

/**
 * The host's routes by iproute2's `ip`. It never uses `ip route replace`, which overwrites whatever route to the
 * destination has the same metric, whoever made it.
 */
export class IpRoutes implements HostRoutes {
  readonly #command: readonly [string, ...string[]]

  /** @param command the `ip` to run with what stands before its object, such as `['ip', '-n', 'ludus']` for a network namespace */
  constructor(command: readonly [string, ...string[]] = ['ip']) {
    this.#command = command
  }

  async list(signal: AbortSignal): Promise<readonly RouteSeen[]> {
    // With -N and -d every route tells type, protocol and scope, as numbers, whatever /etc/iproute2 calls them.
    const told = await this.#ip(
      ['-j', '-N', '-d', '-4', 'route', 'show', 'table', 'main', 'root', '10.0.0.0/8'],
      signal,
    )
    return parseRoutes(told)
  }

  async add(route: Route, signal: AbortSignal): Promise<void> {
    await this.#route('add', ours(route), signal)
  }

  async replace(wrong: PlainRoute, route: Route, signal: AbortSignal): Promise<void> {
    // In front first: the destination is never without a route, and one that can't be made takes none away.
    await this.#route('prepend', ours(route), signal)
    await this.remove(wrong, signal)
  }

  async remove(wrong: PlainRoute, signal: AbortSignal): Promise<void> {
    try {
      await this.#route('del', wrong, signal)
    } catch (error) {
      if (!saysGone(error)) throw error
    }
  }

  async #route(verb: 'add' | 'prepend' | 'del', route: Omit<PlainRoute, 'kind'>, signal: AbortSignal): Promise<void> {
    const { destination, via, dev, protocol, metric } = route
    // Metric 0 can't be named: such a deletion meets the first of those that lead the same way by the same maker.
    // Scope 253 is `link`: without it, a deletion that names no gateway matches routes with one as well.
    const hop = via === undefined ? ['dev', dev, 'scope', '253'] : ['via', via, 'dev', dev, 'scope', '0']
    const marks = ['proto', String(protocol), ...(metric === 0 ? [] : ['metric', String(metric)])]
    await this.#ip(['-4', 'route', verb, 'unicast', destination, ...hop, ...marks, 'table', 'main'], signal)
  }

  async #ip(args: readonly string[], signal: AbortSignal): Promise<string> {
    const [program, ...before] = this.#command
    try {
      const { stdout } = await run(program, [...before, ...args], {
        signal,
        timeout: TIMEOUT_MS,
        maxBuffer: MAX_OUTPUT_BYTES,
        // Nothing else of the environment, which may hold the API token.
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      })
      return stdout
    } catch (error) {
      signal.throwIfAborted()
      throw routeErrorOf(error, args)
    }
  }
}

const ours = (route: Route): Omit<PlainRoute, 'kind'> => ({ ...route, protocol: ROUTE_PROTOCOL, metric: 0 })
