import type { GitStatus } from '../../model/accepted-commit.ts'
import type { HostStanding } from '../../model/watched.ts'
import type { DigestMask } from '../../model/digest-mask.ts'
import type { EventStore } from '../../model/event-store.ts'
import type { SteerParts } from '../steering/steer.ts'
import type { LogLines } from './log-lines.ts'

/** What people are told of, and where that is kept. */
export interface TellingParts {
  readonly eventStore: EventStore
  readonly mask: DigestMask
  readonly version: string
  /** Why Proxmox counts as out of reach, when it was not read for so many milliseconds. */
  readonly silence: (limitMs: number) => string | undefined
  /** The repository of range files; undefined where they are in a folder. */
  readonly git: { status(): GitStatus; onStatus(listener: () => void): void } | undefined
  /** How the hosts of the API stand. */
  readonly hosts: () => readonly HostStanding[]
  /** The newest lines of the log. */
  readonly logLines: LogLines
  readonly approvals: SteerParts['approvals']
  readonly commits: SteerParts['commits']
}
