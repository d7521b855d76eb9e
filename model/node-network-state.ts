/** Whether a range's networks are in force on one node. */
export interface NodeNetworkState {
  readonly node: string
  /**
   * `absent`: not applied at all yet; `excluded`: the zone doesn't reach the node; `pending`: the node has not brought it
   * into force yet; `failed`: it tried and could not.
   */
  readonly state: 'available' | 'absent' | 'pending' | 'failed' | 'offline' | 'excluded'
  /** What the node says, after its name; empty when all is well. */
  readonly message: string
}
