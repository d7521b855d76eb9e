import type { Finding } from '../condition.ts'

/** What becomes of the old bridges of one node. */
export interface NodeFinish {
  readonly node: string
  /** Their deletion is to be staged. */
  readonly remove: readonly string[]
  /** Their deletion is staged already, by an earlier life. */
  readonly staged: readonly string[]
  /** Gone from the node's file by an earlier life, whose reload may have failed: the node may have them still. */
  readonly unloaded: readonly string[]
  /** Gone since an earlier life staged their deletion: somebody's reload has ended well. Nothing is left to write. */
  readonly gone: readonly string[]
  /** What is staged must not come into force any more, and is taken back. */
  readonly takeBack: boolean
}

/** Which old bridges go after a move, and what keeps the others. */
export interface FinishPlan {
  /** Those with something to do, in order of name. */
  readonly nodes: readonly NodeFinish[]
  /** Why bridges stay, each with its remedy. */
  readonly stays: readonly Finding[]
  /** What people should know, and that stops nothing. */
  readonly remarks: readonly string[]
}
