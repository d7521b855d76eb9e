/** Why a VM is, or would be, on its node: a value for people and programs. Sizes in bytes, fractions 0..1. */
export interface Explanation {
  readonly range: string
  readonly vm: string
  /** Undefined while nothing of the range can be planned. */
  readonly vmid: number | undefined
  /** What decided. `blocked`: something is in the way before any node is looked for. */
  readonly rule: 'exists' | 'target_node' | 'defaults.target_node' | 'auto-select' | 'proxmox_node' | 'blocked'
  /** Undefined when it is on none and finds none. */
  readonly node: string | undefined
  /** In one sentence. */
  readonly why: string
  /** Of an existing VM, which stays: where it would go if it were new. The nodes below are judged for that. */
  readonly ifNew: { readonly node: string | undefined; readonly why: string } | undefined
  readonly needs: { readonly memoryBytes: number; readonly cores: number; readonly diskBytes: number | undefined }
  readonly weights: { readonly memory: number; readonly cpu: number }
  /** Every node, by name. */
  readonly nodes: readonly ExplainedNode[]
  /** What is promised on these nodes and does not show in their figures yet. */
  readonly counted: readonly CountedPromise[]
  /** Single changes that would lead to another node, in sentences. */
  readonly changes: readonly string[]
}

/** How one node was judged. Fractions and score are those it would have with the VM on it. */
export interface ExplainedNode {
  readonly node: string
  readonly winner: boolean
  /** The filter that leaves it out, and why; undefined when it passes all. */
  readonly leftOut: { readonly filter: string; readonly why: string } | undefined
  /** After what is promised, before this VM. */
  readonly freeMemoryBytes: number
  readonly memoryBytes: number
  readonly memory: number
  readonly cpu: number
  readonly score: number
  /** Preferred wishes that it does not meet. */
  readonly unmet: readonly string[]
}

/** One VM that takes from a node and does not show in its figures yet. */
export interface CountedPromise {
  readonly node: string
  readonly vm: string
  readonly vmid: number
  readonly memoryBytes: number
  readonly cores: number
  readonly why: 'placed before it' | 'promised' | 'not running' | 'just started'
}
