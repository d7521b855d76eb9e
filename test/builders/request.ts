import { machinesOf, type RangeSpec } from '../../model/range-spec.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { capacityOf } from '../../reconcilers/placement/capacity.ts'
import type { DecisionInput } from '../../reconcilers/placement/decide.ts'
import { demandOf } from '../../reconcilers/placement/demand.ts'
import type { Request } from '../../reconcilers/placement/node-filters.ts'
import type { RequestGroup } from '../../reconcilers/placement/place-requests.ts'
import { siteOf } from '../../reconcilers/placement/site.ts'
import { bindWishes, NO_WISHES } from '../../reconcilers/placement/wishes.ts'
import { settings, vm } from './range.ts'

/** A VM of range JD that needs a node: 2 cores and 4 GiB, without wishes, its template's disks 32 GiB. */
export function request(name: string, traits: Partial<Request> = {}, own: PlanSettings = settings()): Request {
  const spec = traits.vm ?? vm(name)
  return {
    rangeId: 'JD',
    vm: spec,
    vmid: 1_010_011,
    rangeTargetNode: undefined,
    demand: demandOf(spec, 32 * 1024 ** 3, own),
    wishes: NO_WISHES,
    defaultNode: own.defaultNode,
    unreached: new Map(),
    avoided: new Map(),
    ...traits,
  }
}

/** What a decision about a VM depends on: a cluster with nothing promised, and no other VM of the range. */
export function decisionInput(
  asked: Request,
  seen: ClusterSnapshot,
  traits: Partial<DecisionInput> = {},
): DecisionInput {
  return {
    request: asked,
    ranking: 'score',
    capacity: capacityOf(seen, []),
    site: siteOf(seen),
    whereabouts: { nodeOf: new Map(), unknown: new Set() },
    companions: [],
    settings: settings(),
    ...traits,
  }
}

/** All machines of a range, none of which exists yet, with their wishes; those of `where` are elsewhere already. */
export function groupOf(
  spec: RangeSpec,
  where: Readonly<Record<string, string>> = {},
  own: PlanSettings = settings(),
): RequestGroup {
  const wishes = bindWishes(spec)
  const requests = machinesOf(spec)
    .filter(({ name }) => where[name] === undefined)
    .map((each, index) =>
      request(
        each.name,
        {
          rangeId: spec.id,
          vm: each,
          vmid: 1_010_001 + index,
          rangeTargetNode: spec.targetNode,
          wishes: wishes.get(each.name) ?? NO_WISHES,
        },
        own,
      ),
    )
  return { rangeId: spec.id, requests, whereabouts: { nodeOf: new Map(Object.entries(where)), unknown: new Set() } }
}
