import type { Condition, StatedCondition } from './condition.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { NodeNetworkState } from './node-network-state.ts'
import type { RangeRevisions } from './revision.ts'
import type { VmPhase } from './vm-phase.ts'

/** The status of one range as written to the status file and served by the API. */
export interface RangeStatus {
  readonly id: string
  /** The range file it speaks of. */
  readonly source: string
  readonly number: number | undefined
  readonly conditions: readonly StatedCondition[]
  readonly diagnostics: readonly Diagnostic[]
  readonly vms: readonly VmStatus[]
  /** Whether the range's networks are in force, node by node. */
  readonly networks: readonly NodeNetworkState[]
  /** How far it has followed its file; left out where that is not kept. */
  readonly revisions?: RangeRevisions | undefined
  /** Who has it left alone, and why; left out while nobody has. */
  readonly suspension?: SuspensionTold | undefined
  /** Since when it is in the state that `stateOf` tells, in ISO 8601. */
  readonly since: string
  /** When a condition last changed, in ISO 8601. */
  readonly changedAt: string
}

/** That a range is left alone, by its file or by a person's order. */
export interface SuspensionTold {
  readonly by: 'file' | 'person'
  readonly who?: string | undefined
  readonly reason: string
  /** ISO 8601 */
  readonly until?: string | undefined
  /** When a person ordered it, in ISO 8601. */
  readonly at?: string | undefined
}

/** What is told of a range, before it is said since when. */
export type RangeNews = Omit<RangeStatus, 'changedAt' | 'since' | 'conditions'> & {
  readonly conditions: readonly Condition[]
}

export interface VmStatus {
  readonly name: string
  readonly role: 'router' | 'vm'
  readonly vmid: number | undefined
  readonly node: string | undefined
  readonly address: string | undefined
  readonly phase: VmPhase
  /** Since when it is in this phase, in ISO 8601; left out until it is told. */
  readonly since?: string | undefined
  /** Why that node. */
  readonly why: string
  /** What is in the way, as one sentence; undefined when nothing is. */
  readonly trouble: string | undefined
  /** What kind of trouble, in one CamelCase word; left out where nothing more is to be said than that there is some. */
  readonly reason?: string | undefined
  /** What a person may want to mend although nothing is in the way; undefined when there is nothing. */
  readonly remark: string | undefined
}

/** How an earlier life left a range, and the file that its status spoke of; a range that had none is its own source. */
export interface ReadyBefore extends Condition {
  readonly source?: string | undefined
  readonly sinces?: Sinces | undefined
}

/** Since when things of a range are as they were told last. */
export interface Sinces {
  readonly since?: string | undefined
  readonly conditions: readonly Pick<StatedCondition, 'type' | 'status' | 'reason' | 'lastTransitionTime'>[]
  readonly vms: readonly (Pick<VmStatus, 'name' | 'phase'> & { readonly since: string })[]
}

/** The `Ready` condition of a status. */
export const readyConditionOf = <C extends Condition>(status: { readonly conditions: readonly C[] }): C | undefined =>
  status.conditions.find(({ type }) => type === 'Ready')
