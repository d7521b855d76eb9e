import type { Finding } from '../model/condition.ts'

/** What became of the networks a range wanted. */
export type NetworkResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly finding: Finding }
  | { readonly kind: 'failed'; readonly error: unknown }
