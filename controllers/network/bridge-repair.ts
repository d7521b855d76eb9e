import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { NetworkPlan } from '../../model/plan/network-plan.ts'
import type { BridgeMaker } from './bridge-maker.ts'
import type { FailedActivations } from './failed-activations.ts'

/** When to activate a node's network again: the last activation failed, so that bridges may not be as its file says. */
export class BridgeRepair {
  readonly #maker: Pick<BridgeMaker, 'make'>
  readonly #failed: FailedActivations

  constructor(maker: Pick<BridgeMaker, 'make'>, failed: FailedActivations) {
    this.#maker = maker
    this.#failed = failed
  }

  /** As `VnetRepair.judge`, for the bridges of a range. */
  judge({ wants, nodes, busy }: NetworkPlan): {
    readonly nodes: readonly NodeNetworkState[]
    readonly begin: (() => Promise<boolean>) | undefined
  } {
    const failed = wants.kind === 'bridges' ? this.#failed.unconfirmed(wants) : undefined
    if (wants.kind !== 'bridges' || failed === undefined) return { nodes, begin: undefined }
    const begin = async (): Promise<boolean> =>
      (await this.#maker.make([{ wants, check: () => Promise.resolve() }]))(wants).kind === 'ready'
    return {
      nodes: nodes.map((seen) =>
        seen.node === wants.node
          ? { ...seen, state: 'failed', message: `did not reload its network (${failed.why})` }
          : seen,
      ),
      begin: busy || failed.left > 0 ? undefined : begin,
    }
  }
}
