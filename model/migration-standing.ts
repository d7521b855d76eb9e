import type { NodeBridge } from './migration-journal.ts'

/** Where one NIC of a move stands by now. */
export interface NicStanding {
  readonly pool: string
  readonly vmid: number
  readonly name: string
  readonly key: string
  readonly from: string
  readonly to: string
  /**
   * `moved`: on its VNet, and seen to be plugged in there; `unproven`: its configuration says so, and nobody has seen it yet; `to move`: on
   * its bridge; `changed`: on its VNet, and somebody has changed it since; `elsewhere`: somebody has put it on another network; `gone`: there is no such VM or NIC any more.
   */
  readonly state: 'moved' | 'unproven' | 'to move' | 'changed' | 'elsewhere' | 'gone'
  /** Its VM runs since before the move, with the MTU of the bridge. */
  readonly oldMtu: boolean
}

/** What a move has come to by now: each NIC, the snapshots that would bring an old bridge back, and what `finish` has begun. */
export interface MigrationStanding {
  readonly nics: readonly NicStanding[]
  readonly snapshots: readonly string[]
  /** VMs of which nothing tells whether they keep the old MTU, as sentences. */
  readonly untold: readonly string[]
  /** Old bridges whose removal was begun and has not ended, as far as is noted. */
  readonly going: readonly NodeBridge[]
}
