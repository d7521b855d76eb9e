import type { Commit } from '../commit-snapshot.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { ProposedCommit } from '../proposed-commit.ts'
import type { ZoneFinding } from '../zone-finding.ts'
import type { NetworkAction, RemovalAction } from './actions.ts'
import type { RangePlan } from './range-plan.ts'

/** What `lanista plan` shows: the changes of all ranges together, and what is in the way. */
export interface PlanReport {
  readonly networkActions: readonly NetworkAction[]
  /** Of ranges that are to go, as far as their networks are not concerned. */
  readonly removals: readonly RangeRemoval[]
  readonly plans: readonly RangePlan[]
  /** What is wrong with the SDN zone and stops no range, once for all ranges. */
  readonly zoneFindings: readonly ZoneFinding[]
  readonly refused: readonly Refusal[]
  /** Ranges that are left alone as their files ask, in words. */
  readonly suspended: readonly string[]
  /** Why contents of range files are not acted on, one sentence each. */
  readonly held: readonly string[]
  /** Ranges that have no file and are on the cluster, in words. */
  readonly withoutFile: readonly string[]
  /** What this plan can't know, in words. */
  readonly unknown: readonly string[]
  /** Ranges that were destroyed and stay away although they have files, in words. */
  readonly away: readonly string[]
  /** What is likely a mistake in a file and keeps nothing from being made. */
  readonly warnings: readonly Diagnostic[]
  readonly diagnostics: readonly Diagnostic[]
  /** By range id, of valid files. */
  readonly files: ReadonlyMap<string, string>
  /** In order of name; empty where nothing was placed. */
  readonly nodes: readonly NodeAfter[]
  /** The commit whose files these are, where it is one that somebody proposes. */
  readonly proposal?: ProposalReport
}

/** A proposed commit, and what it removes. */
export interface ProposalReport extends Omit<ProposedCommit, 'files' | 'inForce'> {
  /** What it is compared with; undefined while nothing is in force. */
  readonly against: Commit | undefined
  /** That is in force for the Lanista of this state directory; else it is the newest commit of the branch. */
  readonly isRemembered: boolean
  readonly leaving: readonly LeavingRange[]
}

/** A range whose files a commit removes. */
export interface LeavingRange {
  readonly rangeId: string
  /** What there is of it. */
  readonly vms: readonly { readonly name: string; readonly vmid: number; readonly node: string }[]
  readonly networks: readonly string[]
  readonly pool: boolean
  /** `approval`: it goes when a person approves; `nothing`: there is none of it. */
  readonly fate: 'goes' | 'approval' | 'stays' | 'nothing'
  /** The same as a sentence without its end. */
  readonly why: string
  /** What would keep it from going even then. */
  readonly inTheWay: readonly string[]
}

/** What goes of a range that is to go. */
interface RangeRemoval {
  readonly rangeId: string
  readonly actions: readonly RemovalAction[]
}

/** What is left of a node's memory once all that is planned is there, in bytes. */
export interface NodeAfter {
  readonly node: string
  readonly memoryBytes: number
  /** Negative where it does not have what was placed there. */
  readonly freeMemoryBytes: number
}

/** Something that is in the way of all that is planned, or of a range. */
interface Refusal {
  /** Undefined when it is no single range's. */
  readonly rangeId: string | undefined
  /** As a sentence that says of which range it is. */
  readonly message: string
}
