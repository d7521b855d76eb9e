import type { AnyView, FeedChange } from '../../model/api/feed-change.ts'
import type { LanistaApi, Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import type { LogLine } from '../../model/api/log-line.ts'
import type { Steered, Steering } from '../../model/api/steering.ts'
import { EVENTS, NETWORKS, NODES, RANGES, TEMPLATES, VIEWS_NOW } from './views.ts'

type Told = Exclude<AnyView, { kind: 'Controller' }>

/** A running Lanista that tells what it was given, and keeps what it was asked for. */
export class FakeLanistaApi implements LanistaApi {
  readonly where = 'the Lanista of a test'
  /** When what it tells was so. */
  asOf = new Date(VIEWS_NOW).toISOString()
  readonly asked: Steering[] = []
  /** What becomes of what is asked for. */
  answer: Steered = { done: true, message: 'done as asked' }
  lines: readonly LogLine[] = []
  /** Called in the middle of each `steer`. */
  whileSteering: () => void = () => undefined
  readonly #views = new Map<string, Told>()
  readonly #watchers = new Set<(change: FeedChange) => void>()

  constructor(views: readonly Told[] = [...RANGES, ...NODES, ...NETWORKS, ...TEMPLATES, ...EVENTS]) {
    for (const view of views) this.#views.set(idOf(view), view)
  }

  list<K extends ViewKind>(kind: K, _signal: AbortSignal): Promise<Listed<Views[K]>> {
    const all = [...this.#views.values()]
    const of: { readonly [Each in ViewKind]: () => readonly Views[Each][] } = {
      ranges: () => all.filter((view) => view.kind === 'Range'),
      vms: () => all.flatMap((view) => (view.kind === 'Range' ? view.vms : [])),
      networks: () => all.filter((view) => view.kind === 'Network'),
      nodes: () => all.filter((view) => view.kind === 'Node'),
      templates: () => all.filter((view) => view.kind === 'Template'),
      events: () => all.filter((view) => view.kind === 'Event'),
    }
    return Promise.resolve({ asOf: this.asOf, items: of[kind]() })
  }

  async *watch(signal: AbortSignal): AsyncIterable<FeedChange> {
    const waiting: FeedChange[] = [
      ...[...this.#views.values()].map((view) => ({ type: 'is' as const, view })),
      { type: 'synced' },
    ]
    let wake = (): void => undefined
    const hear = (change: FeedChange): void => {
      waiting.push(change)
      wake()
    }
    this.#watchers.add(hear)
    signal.addEventListener('abort', () => wake(), { once: true })
    try {
      for (;;) {
        signal.throwIfAborted()
        const next = waiting.shift()
        if (next !== undefined) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      this.#watchers.delete(hear)
    }
  }

  /** Something is as it was not before, or new. */
  is(view: Told): void {
    this.#views.set(idOf(view), view)
    this.tell({ type: 'is', view })
  }

  /** Something is no more. */
  gone(view: Told): void {
    this.#views.delete(idOf(view))
    this.tell({ type: 'gone', kind: view.kind, name: idOf(view).slice(view.kind.length + 1) })
  }

  tell(change: FeedChange): void {
    for (const watcher of this.#watchers) watcher(change)
  }

  logs(about: { readonly range: string; readonly vm?: string | undefined }): Promise<readonly LogLine[]> {
    return Promise.resolve(
      this.lines.filter(({ range, vm }) => range === about.range && (about.vm === undefined || vm === about.vm)),
    )
  }

  steer(asked: Steering): Promise<Steered> {
    this.asked.push(asked)
    this.whileSteering()
    return Promise.resolve(this.answer)
  }
}

const idOf = (view: Told): string =>
  `${view.kind}/${view.kind === 'Event' ? view.id : view.kind === 'Template' ? view.vmid : view.kind === 'Network' && view.type === 'bridge' ? `${view.name}@${view.nodes[0]?.node ?? ''}` : view.name}`
