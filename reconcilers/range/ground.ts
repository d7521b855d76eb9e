import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RepairNeed } from '../../model/plan/network-plan.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { ZoneCheck } from '../../model/zone-finding.ts'
import { type Site, siteOf } from '../placement/site.ts'
import { type GuestIndex, indexGuests } from '../vm/find-guest.ts'
import { hangingNodes, hangingText } from '../reloading-nodes.ts'
import { NO_REPAIR, repairNeed } from '../vnet/repair-need.ts'
import { checkZones } from '../zone/check-zones.ts'

/** What all ranges are planned on: one look at the cluster, and what is looked up or judged in it, made once. */
export interface Ground {
  readonly snapshot: ClusterSnapshot
  readonly site: Site
  readonly guests: GuestIndex
  readonly settings: PlanSettings
  /** How ranges get their networks; decided once for all of them. A finding: nothing is planned for any. */
  readonly mode: NetworkMode | Finding
  /** With bridges nothing is asked of a zone. */
  readonly zone: ZoneCheck
  readonly repair: RepairNeed
  /** Node -> why a new VM goes there only if it fits nowhere else. */
  readonly avoided: ReadonlyMap<string, string>
  /** Range id -> why nothing is planned for it. */
  readonly held: ReadonlyMap<string, Finding>
}

const NO_ZONE: ZoneCheck = { findings: [], unreached: new Map(), withoutNat: new Map(), tagged: true }

/**
 * The ground of one look.
 *
 * @param failing node -> why clones fail there, as the end of a sentence about the node
 * @param held range id -> why nothing is planned for it
 */
export function groundOf(
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  mode: NetworkMode | Finding,
  failing: ReadonlyMap<string, string> = new Map(),
  held: ReadonlyMap<string, Finding> = new Map(),
): Ground {
  const made = { snapshot, site: siteOf(snapshot), guests: indexGuests(snapshot), settings, mode, held }
  if (mode !== 'vnets') return { ...made, zone: NO_ZONE, repair: NO_REPAIR, avoided: failing }
  const zone = checkZones(snapshot, settings.zone)
  const repair = repairNeed(snapshot, zone, settings)
  const hanging = [...hangingNodes(snapshot)].map(([node, each]) => [node, hangingText(each)] as const)
  const lacking = repair.lacking.map(({ node, message }) => [node, message] as const)
  return { ...made, zone, repair, avoided: new Map([...failing, ...lacking, ...hanging]) }
}
