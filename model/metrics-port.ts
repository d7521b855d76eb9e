import type { GitStatus } from './accepted-commit.ts'
import type { StatusDelivery } from './forge.ts'
import type { Outcome } from './outcome.ts'
import type { Delivery } from './ports.ts'
import type { ProxmoxErrorKind } from './proxmox-error.ts'
import type { RangeStatus } from './range-status.ts'
import type { Watched } from './watched.ts'
import type { ZoneFinding } from './zone-finding.ts'

/** What Prometheus is told. No label holds a secret, and none takes unboundedly many values. */
export interface Metrics {
  /** Sets the conditions and VM phases of a range to what this status says. */
  rangeStatus(status: RangeStatus): void
  /** Forgets every series of a range. */
  rangeGone(rangeId: string): void
  /** Counts a finished pass over a range and how long it took. `passId`: what the pass is called in the log and in traces. */
  reconciled(rangeId: string, result: Outcome['kind'], seconds: number, passId?: string): void
  /**
   * Counts an answered or failed call to Proxmox. `route` has placeholders in place of names and numbers
   * (`/nodes/{node}/qemu`); `result` is `ok` or the kind of the error.
   */
  proxmoxRequest(method: string, route: string, result: 'ok' | ProxmoxErrorKind, seconds: number): void
  /** Counts a call to Proxmox that is sent once more, as the answer before was one that may pass. */
  proxmoxRetry(method: string, route: string): void
  /** Counts a task that was followed to its end. `type`: Proxmox' word, such as `qmclone`. */
  taskEnded(type: string, result: 'ok' | ProxmoxErrorKind, seconds: number): void
  /** The SDN lock was asked for, for so long. `taken`: somebody else holds it. */
  sdnLockAsked(result: LockAnswer, seconds: number): void
  /** The SDN lock was held for so long, and is no more. */
  sdnLockHeld(seconds: number): void
  /** Says where to look up what is so at the moment in which somebody looks, in place of what was said of that before. */
  watch(sources: Partial<Watched>): void
  rangeFiles(counts: { readonly valid: number; readonly invalid: number }): void
  /** The configuration was read again at that time, in epoch milliseconds, and taken into use or refused. */
  configReloaded(successful: boolean, at: number): void
  /** A status was written to the state directory, or could not be. */
  statusWritten(successful: boolean): void
  /** A whole snapshot of the cluster was read at that time, in epoch milliseconds. */
  observed(at: number): void
  /** Sets what is wrong with the SDN zone, in place of what was. */
  zoneFindings(findings: readonly ZoneFinding[]): void
  /** How many ranges whose file is gone wait for `lanista approve`. */
  pruneWaiting(ranges: number): void
  /** Counts a task that another program has begun with the API token. */
  taskOfOther(): void
  /** Sets what is told of the repository of range files. */
  git(status: GitStatus): void
  /** Counts what came of telling the forge of a commit. */
  forgeStatus(result: StatusDelivery['kind']): void
  /** Counts a request to the webhook. */
  gitHook(result: HookResult): void
  /** Counts a notification that is done with. `dropped`: too many were waiting. */
  notified(result: Delivery['kind'] | 'dropped'): void
}

/** What Proxmox said to who asked for the SDN lock; `failed`: nothing that is one of these. */
export type LockAnswer = 'granted' | 'taken' | 'pending' | 'failed'

/**
 * What became of a request to the webhook: its sender has the secret, or not; too many came; its body was too large or too slow; it was
 * no POST; its sender went away.
 */
export type HookResult = 'accepted' | 'refused' | 'limited' | 'tooLarge' | 'tooSlow' | 'wrongMethod' | 'broken'
