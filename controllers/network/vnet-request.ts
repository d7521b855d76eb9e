import { always, type Permit, provided } from '../../model/permit.ts'
import type { VnetWants } from '../../model/plan/network-plan.ts'
import { inOrderOfName } from '../../reconcilers/placement/compare-names.ts'
import type { VnetDemand } from '../../reconcilers/vnet/foreign-changes.ts'

/** What one range wants of a turn. */
export interface VnetRequest {
  readonly wants: VnetWants
  /** Throws `Withdrawn` when the range does not want it like this any more. */
  readonly check: () => Promise<void>
  /** Called when its VNets are committed, so that they come into force with each node's reload. */
  readonly onCommitted: () => void
  /** Called with the nodes that have reloaded since, more and more of them. */
  readonly onReloaded: (nodes: ReadonlySet<string>) => void
}

/** What they all want together, in order of name. */
export const demandOf = (requests: readonly VnetRequest[]): VnetDemand => ({
  wants: inOrderOfName(requests.flatMap(({ wants }) => wants.vnets)),
  removals: inOrderOfName(requests.flatMap(({ wants }) => wants.removals)),
})

/** The names of all VNets that a range wants, or wants gone. */
export const namesIn = ({ wants }: VnetRequest): readonly string[] =>
  [...wants.vnets, ...wants.removals].map(({ name }) => name)

/** For a write to one VNet: it holds as long as one of those who asked for it still wants it. */
export function permitFor(name: string, requests: readonly VnetRequest[], signal: AbortSignal): Permit {
  const asking = requests.filter((request) => namesIn(request).includes(name))
  return provided(() => anyStillWants(asking), always(signal))
}

/** Throws why the first of them does not, when none of them wants it any more. */
export function anyStillWants(asking: readonly { readonly check: () => Promise<void> }[]): Promise<void> {
  return Promise.any(asking.map(({ check }) => check())).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error
  })
}

/** Those that are not wanted any more, with why, as each says just now. */
export async function withdrawnOf<Request extends { readonly check: () => Promise<void> }>(
  requests: readonly Request[],
): Promise<ReadonlyMap<Request, unknown>> {
  const withdrawn = new Map<Request, unknown>()
  const ask = (request: Request): Promise<void> =>
    request.check().catch((error: unknown) => void withdrawn.set(request, error))
  await Promise.all(requests.map(ask))
  return withdrawn
}
