import { isDeepStrictEqual } from 'node:util'
import {
  HostRouteError,
  type HostRoutes,
  type PlainRoute,
  type Route,
  type RouteSeen,
} from '../../model/host-routes.ts'
import { own } from './routes.ts'

/** A routing table in memory that takes routes as the kernel does; the contract is run against both. */
export class FakeHostRoutes implements HostRoutes {
  /** Every call that changes something, such as `add 10.3.0.0/16`. */
  readonly writes: string[] = []
  looks = 0
  /** Called before each look, as the moment in which others act. */
  beforeLook: () => void = () => {}
  readonly #failures = new Map<string, unknown>()
  #routes: RouteSeen[]

  constructor(routes: readonly RouteSeen[] = []) {
    this.#routes = [...routes]
  }

  /** The table as it is now: by metric, and among equals as they stand. */
  get routes(): readonly RouteSeen[] {
    return this.#routes.toSorted((a, b) => a.metric - b.metric)
  }

  /** Lets that call (`list`, or one as in `writes`) fail from now on. */
  fail(call: string, error: unknown): this {
    this.#failures.set(call, error)
    return this
  }

  mend(): void {
    this.#failures.clear()
  }

  async list(signal: AbortSignal): Promise<readonly RouteSeen[]> {
    this.looks += 1
    this.beforeLook()
    signal.throwIfAborted()
    this.#failOn('list')
    return this.routes
  }

  async add(route: Route): Promise<void> {
    this.#write('add', route.destination)
    if (this.#routes.some(({ destination, metric }) => destination === route.destination && metric === 0))
      throw exists()
    this.#routes.push(own({ ...route }))
  }

  async replace(wrong: PlainRoute, route: Route): Promise<void> {
    this.#write('replace', route.destination)
    const made = own({ ...route })
    if (this.#routes.some((each) => isDeepStrictEqual(each, made))) throw exists()
    this.#routes.unshift(made)
    this.#drop(wrong)
  }

  async remove(wrong: PlainRoute): Promise<void> {
    this.#write('remove', wrong.destination)
    this.#drop(wrong)
  }

  #drop(wrong: PlainRoute): void {
    const at = this.#routes.findIndex((each) => isDeepStrictEqual(each, wrong))
    if (at !== -1) this.#routes.splice(at, 1)
  }

  #write(verb: string, destination: string): void {
    this.writes.push(`${verb} ${destination}`)
    this.#failOn(`${verb} ${destination}`)
  }

  #failOn(call: string): void {
    const error = this.#failures.get(call)
    if (error !== undefined) throw error
  }
}

const exists = (): HostRouteError => new HostRouteError('exists', 'RTNETLINK answers: File exists')
