import type { Diagnostic } from '../diagnostic.ts'
import type { Change } from './change-of.ts'
import type { LeavingRange } from './plan-report.ts'

/** A plan as it is told beyond the terminal: to programs, and where everybody reads it. In docs/reference/plan.md. */
export interface PlanDocument {
  readonly kind: 'lanista-plan'
  /** Another number when a field is taken away, or means something else; more fields may come without. */
  readonly version: 1
  /** As the exit status: 0, 2, 1; `failed`, of status 1 as well: it could not be made, and `inTheWay` says why. */
  readonly result: 'unchanged' | 'changes' | 'blocked' | 'failed'
  readonly counts: { readonly ranges: number; readonly changes: number; readonly inTheWay: number }
  /** Null where the plan is of what is in force. */
  readonly commit: DocumentCommit | null
  readonly approvals: readonly DocumentApproval[]
  /** Ranges whose files the commit removes. */
  readonly removed: readonly DocumentRemoval[]
  /** With something to do or to tell, in order of id. */
  readonly ranges: readonly DocumentRange[]
  /** Ids of those with nothing. */
  readonly unchanged: readonly string[]
  /** Changes to networks, which are made for all ranges together. */
  readonly networks: readonly DocumentChange[]
  /** What is left of the memory of each node with all that. */
  readonly nodes: readonly {
    readonly node: string
    readonly memoryBytes: number
    readonly freeMemoryBytes: number
  }[]
  /** What is in the way and no single range's. */
  readonly inTheWay: readonly string[]
  readonly problems: readonly DocumentDiagnostic[]
  readonly warnings: readonly DocumentDiagnostic[]
  /** Ranges left alone, ranges without a file, and what can't be known. */
  readonly remarks: readonly string[]
}

/** The commit that the files are of. */
export interface DocumentCommit {
  readonly id: string
  readonly author: string
  readonly subject: string
  /** What it is compared with; null while nothing is in force. `inForce`: else it is the newest of the branch. */
  readonly comparedWith: { readonly id: string; readonly subject: string; readonly inForce: boolean } | null
  /** `behind`: it is shown as merged into that. */
  readonly standing: 'first' | 'follows' | 'behind' | 'other'
  /** Paths that both have changed, each otherwise. */
  readonly bothChanged: readonly string[]
  /** Why it would not go in force as it is; null when it would. */
  readonly refused: { readonly reason: string; readonly message: string; readonly approvable: boolean } | null
}

/** What there is of a range whose file is gone, and what becomes of it. */
export interface DocumentRemoval extends Omit<LeavingRange, 'rangeId'> {
  readonly range: string
}

/** Something that goes on only when a person approves. */
export interface DocumentApproval {
  readonly of: 'commit' | 'removal'
  /** Null of a commit. */
  readonly range: string | null
  readonly why: string
}

export interface DocumentChange extends Change {
  readonly why: string
}

/** What a plan does to one range. */
export interface DocumentRange {
  readonly range: string
  /** Null where it has none, as of a range that goes or is refused. */
  readonly number: number | null
  readonly file: string | null
  /** Of pool, rights and VMs that exist; new VMs are in `created`. */
  readonly changes: readonly DocumentChange[]
  readonly created: readonly CreatedVm[]
  readonly inTheWay: readonly string[]
  /** VMs that are worked on, or of which nothing is known just now. */
  readonly waits: readonly string[]
  /** VMs of the range that its file does not name, and that stay. */
  readonly unnamed: readonly string[]
  readonly notes: readonly string[]
}

/** A VM that would be made. */
export interface CreatedVm {
  readonly vm: string
  readonly vmid: number
  readonly node: string
  readonly template: string
  readonly memoryBytes: number
  readonly cores: number
  /** It is started once it is made. */
  readonly starts: boolean
  /** Why that node. */
  readonly why: string
  /** The node has memory for all that is planned there. */
  readonly fits: boolean
  /** What is left of the node's memory with all that is planned there; null where that is not known. */
  readonly leftOnNodeBytes: number | null
}

/** A place in a file, and what is wrong there; no value of the file is in it. */
export type DocumentDiagnostic = Pick<Diagnostic, 'file' | 'finding' | 'remedy'> & {
  /** From 1; null where it is the file as a whole. */
  readonly line: number | null
  readonly column: number | null
}
