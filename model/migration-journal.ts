/** The process that a VM runs as, which is another after each start, and the same however clocks are set. */
export interface VmProcess {
  readonly node: string
  readonly pid: number
  /** For how long it had run when it was looked at. */
  readonly uptimeSeconds: number
}

/** One NIC in the journal of a move. What it is on by now its own configuration tells; this tells what it was. */
export interface JournalNic {
  readonly pool: string
  readonly vmid: number
  readonly name: string
  /** Where its VM was when this was noted; left out by earlier releases. */
  readonly node?: string | undefined
  /** Such as `net0`. */
  readonly key: string
  /** Its text before the move, to the letter, and the one that it was to get. */
  readonly before: string
  readonly after: string
  /** When it was about to be written last, in epoch milliseconds; undefined while it never was. */
  readonly writtenAt?: number | undefined
  /** It was found plugged in where it was to be since then. */
  readonly proven?: boolean | undefined
  /**
   * The process that its VM ran as before and after its write; `later`: none, as it was off or was started since. Left out where that was
   * not told, and by earlier releases.
   */
  readonly process?: VmProcess | 'later' | undefined
}

/** A bridge of a node. */
export interface NodeBridge {
  readonly node: string
  readonly bridge: string
}

/** Bridges of one node whose deletion is about to be staged, or is: nothing on the node tells who staged what. */
export interface BridgesGoing {
  readonly node: string
  readonly bridges: readonly string[]
  /** Every interface of the node -> its configuration, as it was when nothing was staged. */
  readonly before: Readonly<Record<string, string>>
  /** The UPID of the node's last reload by then; left out where none was listed. */
  readonly lastReload?: string | undefined
}

/** What tells one cluster from another, as far as it is told. */
export interface ClusterNamed {
  /** Left out where the node is in none. */
  readonly name?: string | undefined
  readonly nodes: readonly string[]
}

/** What a move of networks has written and is about to write: on disk before anything is written. */
export interface MigrationJournal {
  readonly begunAt: number
  /** Where it was written; left out by earlier releases. */
  readonly cluster?: ClusterNamed | undefined
  readonly zone: string
  readonly natBridge: string
  /** In the order in which they were planned; the last first is the way back. */
  readonly nics: readonly JournalNic[]
  /** Ranges and pools that are on their bridges, as they were put back or could not be moved, though their VNets may be there. */
  readonly onBridges?: readonly string[] | undefined
  /** Old bridges that `migrate finish` is about to remove, node by node. */
  readonly going?: readonly BridgesGoing[] | undefined
  /** Old bridges that it has removed. */
  readonly removed?: readonly NodeBridge[] | undefined
  /** Reboots that were asked for, noted before, and of which nobody knows yet that the VM is up again. */
  readonly reboots?: readonly JournalReboot[] | undefined
}

/** A reboot for the MTU of the new networks. */
interface JournalReboot {
  readonly vmid: number
  /** Epoch milliseconds. */
  readonly askedAt: number
}

/** Where the journal is kept. */
export interface MigrationJournalStore {
  /** Undefined where nothing was ever moved. Throws when there is one that can't be read: what is in there may still be needed. */
  read(): Promise<MigrationJournal | undefined>
  /** Resolves when it is on disk for good. Throws when it can't be. */
  write(journal: MigrationJournal): Promise<void>
  clear(): Promise<void>
}
