export const NODE_NETWORK_STATES = [
  'available',
  'absent',
  'pending',
  'reloading',
  'hanging',
  'failed',
  'offline',
  'excluded',
] as const

/** Whether a range's networks are in force on one node. */
export interface NodeNetworkState {
  readonly node: string
  /**
   * `absent`: not applied at all yet; `excluded`: the zone doesn't reach the node; `pending`: the node has not brought it
   * into force yet; `reloading`: it is just about to, or an apply that is under way will have it do so; `hanging`: its reload, or
   * the apply at it, takes longer than anybody waits for; `failed`: it tried and could not.
   */
  readonly state: (typeof NODE_NETWORK_STATES)[number]
  /** What the node says, after its name; empty when all is well. */
  readonly message: string
  /** UPID of the task that hangs there, where one does. */
  readonly task?: string
}
