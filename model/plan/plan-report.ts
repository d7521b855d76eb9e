import type { Diagnostic } from '../diagnostic.ts'
import type { ZoneFinding } from '../zone-finding.ts'
import type { NetworkAction, RemovalAction } from './actions.ts'
import type { RangePlan } from './range-plan.ts'

/** What `lanista plan` shows: the changes of all ranges together, and what is in the way. */
export interface PlanReport {
  readonly networkActions: readonly NetworkAction[]
  /** Of ranges that are to go, as far as their networks are not concerned. */
  readonly removals: readonly RemovalAction[]
  readonly plans: readonly RangePlan[]
  /** What is wrong with the SDN zone and stops no range, once for all ranges. */
  readonly zoneFindings: readonly ZoneFinding[]
  readonly refused: readonly string[]
  /** Ranges that are left alone as their files ask, in words. */
  readonly suspended: readonly string[]
  /** Ranges that have no file and are on the cluster, in words. */
  readonly withoutFile: readonly string[]
  /** What this plan can't know, in words. */
  readonly unknown: readonly string[]
  /** Ranges that were destroyed and stay away although they have files, in words. */
  readonly away: readonly string[]
  /** What is likely a mistake in a file and keeps nothing from being made. */
  readonly warnings: readonly Diagnostic[]
  readonly diagnostics: readonly Diagnostic[]
}
