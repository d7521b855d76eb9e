import type { Finding } from '../condition.ts'
import type { VmSpec } from '../range-spec.ts'
import type { VmPhase } from '../vm-phase.ts'

/** What to do for one VM (or the router), and where it lives or will live. */
export interface VmPlan {
  readonly spec: VmSpec
  /** The VMID it has, or will get. */
  readonly vmid: number
  /** Whether that is the one which spells its address, and which nobody but Lanista gives. */
  readonly isSpelled: boolean
  readonly step: VmStep
  /** Phase to show before anything is done. */
  readonly phase: VmPhase
  /** Why that node, or what is in the way: one sentence. */
  readonly message: string
}

/**
 * The VM as the planner sees it; whoever carries it out looks again before each write. `at` is the node it was seen on, or is
 * being made on just now; `to` the one it was placed on.
 */
export type VmStep =
  /** To be cloned from `template` and configured on `to`; started only where `power` is on. */
  | { readonly kind: 'create'; readonly to: string; readonly template: TemplateChoice; readonly power: 'on' | 'off' }
  /** It exists at `at`; carry on from where it stands. With `power` off it is not started, and not shut down either. */
  | { readonly kind: 'continue'; readonly at: string; readonly power: 'on' | 'off' }
  /**
   * It runs at `at` and is to be shut down. `marked`: it has the range's tags, and must still have them then; a VM that
   * Ludus made has none.
   */
  | { readonly kind: 'shutdown'; readonly at: string; readonly marked: boolean }
  /**
   * A guest at `at` has its VMID and neither name, lock nor pool: what an interrupted clone left, or a person's. `repair`: it
   * is removed if it is the former.
   */
  | { readonly kind: 'leftover'; readonly at: string; readonly repair: boolean }
  /** It exists and is as asked (or was paused by a person): nothing to do. */
  | { readonly kind: 'none'; readonly at: string }
  /** Proxmox can't tell yet or its work goes on by itself; look again soon. */
  | { readonly kind: 'wait'; readonly at: string | undefined }
  /** Something must change first. `at` is where it exists, if it does. */
  | { readonly kind: 'blocked'; readonly finding: Finding; readonly at: string | undefined }

/** The copy of a template to clone from. */
export interface TemplateChoice {
  readonly vmid: number
  readonly node: string
}

/** Where a VM is, or is to be made; undefined when neither is known. */
export const nodeOf = (step: VmStep): string | undefined => (step.kind === 'create' ? step.to : step.at)
