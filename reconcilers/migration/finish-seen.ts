import type { GuestsCounted, NicSeen } from '../../model/network-ports.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { MigrationSeen } from './migration-seen.ts'

/** What the end of a move is planned on: whatever can name a bridge. */
export interface FinishSeen extends MigrationSeen {
  /** All guests, as counted in several ways; where they can't be counted, why. */
  readonly counted: GuestsCounted | string
  /** Bridge -> what of running guests hangs on it on any node, by the nodes themselves; hidden guests are among them. */
  readonly plugged: ReadonlyMap<string, readonly NicSeen[]>
}

/** What of the configuration tells whether ranges get bridges still. */
export type FinishSettings = Pick<PlanSettings, 'clusterMode' | 'zone'>
