import type { ApiProvider } from '../../model/api/api-provider.ts'
import type { Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { rangeViewOf } from '../../reconcilers/views/range-view.ts'

/** An API that tells of these ranges, and of nothing else. */
export function fakeApi(statuses: readonly RangeStatus[], changes: Partial<ApiProvider> = {}): ApiProvider {
  const ranges = statuses.map((status) => rangeViewOf(status, { guests: new Map(), network: undefined }))
  const lists: { readonly [K in ViewKind]: readonly Views[K][] } = {
    ranges,
    vms: ranges.flatMap(({ vms }) => vms),
    networks: [],
    nodes: [],
    templates: [],
    events: [],
  }
  return {
    list: <K extends ViewKind>(kind: K): Listed<Views[K]> => ({ asOf: '2026-01-01T00:00:00.000Z', items: lists[kind] }),
    freshen: () => Promise.resolve(),
    controller: () => ({
      kind: 'Controller',
      instance: 'a',
      version: 'test',
      startedAt: '2026-01-01T00:00:00.000Z',
      findings: [],
    }),
    feed: () => ({ next: () => new Promise(() => undefined), close: () => undefined }),
    logs: () => [],
    steer: () => Promise.resolve({ done: true, message: 'done' }),
    ...changes,
  }
}
