import type { Finding } from '../../model/condition.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'

/** What became of the networks a range wanted. */
export type NetworkResult =
  /** In force, as far as each node goes. */
  { readonly kind: 'ready'; readonly nodes: readonly NodeNetworkState[] } | NetworkTrouble

/** What is in the way of a network. */
export type NetworkTrouble =
  | { readonly kind: 'blocked'; readonly finding: Finding }
  | { readonly kind: 'failed'; readonly error: unknown }

/** What is in the way of which network, by name. */
export type NetworkTroubles = ReadonlyMap<string, NetworkTrouble>
