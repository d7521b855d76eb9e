/** How long things take, in milliseconds of the simulator's clock. */
export interface Durations {
  /** Every answer, at least. */
  readonly response: number
  /** An answer to wrong or missing credentials: Proxmox makes them wait. */
  readonly refusedLogin: number
  /** A cluster-wide lock is held this long for one small write. */
  readonly lockHold: number
  /** One node's network reload, within an SDN apply or on its own. */
  readonly networkReload: number
  /** Until a proxied call to a node that is off is given up. */
  readonly unreachable: number
  /** Until an SDN apply gives up on a node that is off, and goes on to the next. */
  readonly unreachableBySsh: number
  /** Until pveproxy gives up on an answer and sends 596. */
  readonly proxyTimeout: number
  /** Between two pushes of a node's statistics. */
  readonly statistics: number
  /** Until the others notice that a node is gone. */
  readonly nodeLoss: number
  /** A lost node's guests keep their last values this long. */
  readonly guestsForgotten: number
  /** A linked clone holds the storage lock this long. */
  readonly linkedClone: number
  /** A full clone, per GiB copied. */
  readonly fullClonePerGib: number
  /** What else a clone of either kind takes, without holding any lock of a storage. */
  readonly cloneBesides: number
  readonly start: number
  readonly stop: number
  readonly destroy: number
  readonly snapshot: number
  readonly migration: number
  /** A guest that reacts needs this long to shut down. */
  readonly shutdown: number
  /** Between a guest's end and its start, where it was to be rebooted: `qm cleanup` waits for QEMU and puts its disks away. */
  readonly cleanup: number
  /** Until a shutdown that was not told how long to wait is given up. */
  readonly shutdownTimeout: number
  /** Until a guest agent that does not answer is given up. */
  readonly agentTimeout: number
  /** A tap is on no bridge for so long while its NIC is plugged in elsewhere. */
  readonly replug: number
  /** Until a hot-unplug that the guest does not confirm is given up. */
  readonly hotUnplug: number
  /**
   * A config write that meets a clone in progress is refused no sooner than this. A real write takes its 50 ms to get
   * that far, in which the recorded clones of nearly empty disks were done; here both take longer.
   */
  readonly clonePatience: number
  /** A failed clone waits this long before it removes what it made. */
  readonly cloneCleanup: number
}

/** What a small real cluster was seen to take. */
export const realisticDurations: Durations = {
  response: 2,
  refusedLogin: 3000,
  lockHold: 30,
  networkReload: 2000,
  unreachable: 3000,
  unreachableBySsh: 85_000,
  proxyTimeout: 30_000,
  statistics: 10_000,
  nodeLoss: 5000,
  guestsForgotten: 300_000,
  linkedClone: 100,
  fullClonePerGib: 1000,
  cloneBesides: 0,
  start: 1000,
  stop: 700,
  destroy: 200,
  snapshot: 100,
  migration: 1000,
  shutdown: 4000,
  cleanup: 1000,
  shutdownTimeout: 60_000,
  agentTimeout: 3000,
  replug: 300,
  hotUnplug: 6000,
  clonePatience: 1500,
  cloneCleanup: 1000,
}
