/** A task of Proxmox that works, or worked, on something. */
export interface GuestTask {
  readonly upid: string
  readonly node: string
  /** Such as `qmstart`. */
  readonly type: string
  /** What it works on: a VMID, and for `qmclone` that of the template. */
  readonly id: string
  /** `user@realm`, or `user@realm!token`. */
  readonly user: string
  /** Epoch milliseconds, by the node's clock. */
  readonly startedAt: number
  /** How it has ended: `OK`, `WARNINGS: n` or the error; undefined while it runs, or where that is not told. */
  readonly end: string | undefined
}

/** Reads what nodes remember of the tasks of a guest. */
export interface GuestTasks {
  /** The tasks whose object a VMID is: those that run, then those that have ended, the latest first; so many at most. */
  of(node: string, vmid: number, most: number, signal: AbortSignal): Promise<readonly GuestTask[]>
  /** One task by its UPID. Throws `not-found` or another refusal when its node does not know it. */
  one(upid: string, signal: AbortSignal): Promise<GuestTask>
  /** The last lines of a task's log, so many at most. */
  logEnd(upid: string, most: number, signal: AbortSignal): Promise<readonly string[]>
}
