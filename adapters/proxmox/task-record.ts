import type { Clock } from '../../model/clock.ts'
import type { ProxmoxErrorKind } from '../../model/proxmox-error.ts'

/** How a task ended, for metrics. */
export interface TaskSeen {
  /** Proxmox' word, such as `qmclone`. */
  readonly type: string
  /** `aborted`: nobody follows it any more. */
  readonly outcome: 'ok' | 'aborted' | ProxmoxErrorKind
  readonly seconds: number
}

/** Which of Lanista's tasks are followed to their end just now. */
export interface TaskRecord {
  /** A task has begun; what is returned is to be called when it has ended. */
  begin(type: string): (outcome: TaskSeen['outcome']) => void
  /** By type. One that has had tasks before stays, with 0. */
  running(): ReadonlyMap<string, number>
}

/** @param clock a steady one */
export function createTaskRecord(clock: Pick<Clock, 'now'>, onEnded: (seen: TaskSeen) => void): TaskRecord {
  const running = new Map<string, number>()
  const count = (type: string, by: 1 | -1): void => void running.set(type, (running.get(type) ?? 0) + by)
  return {
    begin: (type) => {
      const began = clock.now()
      count(type, 1)
      return (outcome) => {
        count(type, -1)
        onEnded({ type, outcome, seconds: (clock.now() - began) / 1000 })
      }
    },
    running: () => running,
  }
}
