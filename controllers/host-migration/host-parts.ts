import type { Clock } from '../../model/clock.ts'
import type { HostJournalStore } from '../../model/host-journal.ts'
import type { ApiProbe, HostSystem, HostWorker } from '../../model/host-ports.ts'
import type { Presence } from '../../model/presence.ts'

/** What the move of the host needs of the outside. */
export interface HostParts {
  readonly system: HostSystem
  readonly journal: HostJournalStore
  readonly probe: ApiProbe
  readonly clock: Clock
  /** Of who works on the journal: one process at a time. */
  readonly presence: Presence
  /** Whether this process may change the host. */
  readonly isRoot: boolean
  /** How many nodes Proxmox has. Throws `ProxmoxError`. */
  countNodes(signal: AbortSignal): Promise<number>
  /** What a text of YAML says, or undefined when it is no mapping. */
  readMapping(text: string): Readonly<Record<string, unknown>> | undefined
  /** Starts the process that goes on with the journal; it outlives this one, and the terminal. */
  startWorker(): Promise<HostWorker>
}

/** Longest time in which what was done is to be confirmed, in milliseconds. */
export const CONFIRM_WITHIN_MS = 120_000
