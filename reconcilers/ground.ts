import type { NetworkMode } from '../model/network-mode.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import type { ZoneCheck } from '../model/zone-finding.ts'
import { type Site, siteOf } from './placement/site.ts'
import { type GuestIndex, indexGuests } from './vm/find-guest.ts'
import { checkZone } from './zone/check-zone.ts'

/** What all ranges are planned on: one look at the cluster, and what is looked up or judged in it, made once. */
export interface Ground {
  readonly snapshot: ClusterSnapshot
  readonly site: Site
  readonly guests: GuestIndex
  readonly settings: PlanSettings
  /** How ranges get their networks; decided once for all of them. */
  readonly mode: NetworkMode
  /** On a single node nothing is asked of a zone. */
  readonly zone: ZoneCheck
}

/** The ground of one look. */
export const groundOf = (snapshot: ClusterSnapshot, settings: PlanSettings, mode: NetworkMode): Ground => ({
  snapshot,
  site: siteOf(snapshot),
  guests: indexGuests(snapshot),
  settings,
  mode,
  zone: mode === 'cluster' ? checkZone(snapshot, settings.zone) : { findings: [], unreached: new Map() },
})
