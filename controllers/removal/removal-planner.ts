import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { holdOn } from '../../reconcilers/hold-on.ts'
import { planRemoval, type RemovalPlan } from '../../reconcilers/removal/plan-removal.ts'
import type { DecidedMode } from '../network/decided-mode.ts'

/** What is next, unless the network mode has turned or is not known, or the range is held: then nothing is, and nothing of the range was looked at. */
export type NextOfRemoval = RemovalPlan | { readonly kind: 'turned'; readonly finding: Finding }

/** Range id -> why nothing of it is touched, by a look. */
interface HoldsAtLook {
  atLook(mode: NetworkMode | Finding, seen: ClusterSnapshot): Promise<ReadonlyMap<string, Finding>>
}

/** Looks what is next of a removal. */
export class RemovalPlanner {
  readonly #look: () => Promise<ClusterSnapshot>
  readonly #decided: DecidedMode
  readonly #settings: () => PlanSettings
  readonly #holds: HoldsAtLook

  /** @param look a look at the cluster, shared by all who ask in the same moment @param holds that moves of networks have on ranges */
  constructor(
    look: () => Promise<ClusterSnapshot>,
    decided: DecidedMode,
    settings: () => PlanSettings,
    holds: HoldsAtLook = { atLook: () => Promise.resolve(new Map()) },
  ) {
    this.#look = look
    this.#decided = decided
    this.#settings = settings
    this.#holds = holds
  }

  /** What is next, and the cluster as it was just seen. Throws when it can't be seen. */
  async next(order: RemovalOrder): Promise<{ readonly plan: NextOfRemoval; readonly seen: ClusterSnapshot }> {
    const seen = await this.#look()
    const mode = this.#decided.modeOf(seen)
    const held = holdOn(order.rangeId, await this.#holds.atLook(mode, seen), seen.guests)
    if (held !== undefined) return { plan: { kind: 'turned', finding: held }, seen }
    const plan: NextOfRemoval =
      typeof mode === 'string' ? planRemoval(order, seen, mode, this.#settings()) : { kind: 'turned', finding: mode }
    return { plan, seen }
  }
}
