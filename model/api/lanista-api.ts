import type { ControllerView, NetworkView, NodeView, TemplateView } from './cluster-views.ts'
import type { EventView } from './event-view.ts'
import type { FeedChange } from './feed-change.ts'
import type { LogLine } from './log-line.ts'
import type { RangeView, VmView } from './range-view.ts'
import type { Steered, Steering } from './steering.ts'

/** The kinds of things that can be listed, by the plural that people type. */
export interface Views {
  readonly ranges: RangeView
  readonly vms: VmView
  readonly networks: NetworkView
  readonly nodes: NodeView
  readonly templates: TemplateView
  readonly events: EventView
}
export type ViewKind = keyof Views

/** A list, and when it was so. */
export interface Listed<T> {
  /** ISO 8601. */
  readonly asOf: string
  readonly items: readonly T[]
}

/**
 * A running Lanista as commands speak with it: over the socket in its state directory, or HTTP with a token. Everything throws
 * `UserError` when it does not answer, or refuses.
 */
export interface LanistaApi {
  /** Where it is, for people: `the Lanista on this machine`, `https://lanista.example.org`. */
  readonly where: string
  list<K extends ViewKind>(kind: K, signal: AbortSignal): Promise<Listed<Views[K]>>
  /** The controller itself, and what is wrong with the site as a whole. */
  controller(signal: AbortSignal): Promise<ControllerView>
  /** Everything there is, then `synced`, then changes, until the signal aborts. Resumes by itself; throws when it can't for a minute. */
  watch(signal: AbortSignal): AsyncIterable<FeedChange>
  /** The lines it has kept, oldest first, of a range, and of one VM of it. */
  logs(
    about: { readonly range: string; readonly vm?: string | undefined },
    signal: AbortSignal,
  ): Promise<readonly LogLine[]>
  steer(asked: Steering, signal: AbortSignal): Promise<Steered>
}

/** Where to look for a running Lanista. */
export interface ApiPlace {
  /** `https://host:8480`; undefined: on this machine, by the state directory of the configuration. */
  readonly server: string | undefined
  /** File with the bearer token; only with `server`. */
  readonly tokenFile: string | undefined
}
