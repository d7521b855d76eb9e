import type { Finding } from '../../model/condition.ts'

/** How one step of a removal ended. */
export type StepEnd =
  | { readonly kind: 'done' }
  /** A person comes first, so nothing but time or a change of the file leads to another look. */
  | { readonly kind: 'stuck'; readonly finding: Finding }
  /** Trying again may help. */
  | { readonly kind: 'refused'; readonly finding: Finding }
