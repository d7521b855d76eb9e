import type { Finding, PartFinding } from '../../model/condition.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { nodeOf } from '../../model/plan/vm-plan.ts'
import { networksMissing } from '../../reconcilers/vnet/networks-missing.ts'
import { nodesWithout } from '../../reconcilers/vnet/node-states.ts'
import type { AclGranter } from '../network/acl-granter.ts'
import type { NetworkController } from '../network/network-controller.ts'
import type { NetworkRepair } from '../network/network-repair.ts'
import type { NetworkResult } from '../network/network-result.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { RangeWishes } from './range-wishes.ts'

/** What came of the networks of a range, as far as its pass waits for it. */
export type NetworksMade =
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly finding: Finding }
  /** Something has changed meanwhile, so the pass is to begin anew; the networks are still being made. */
  | { readonly kind: 'superseded' }

/** The part of a pass that looks after a range's networks. */
export class NetworkStep {
  readonly #networks: Pick<NetworkController, 'begin'>
  readonly #repair: Pick<NetworkRepair, 'report' | 'standing'>
  readonly #granter: AclGranter
  readonly #wishes: Pick<RangeWishes, 'stillNumbered'>

  constructor(
    networks: Pick<NetworkController, 'begin'>,
    repair: Pick<NetworkRepair, 'report' | 'standing'>,
    granter: AclGranter,
    wishes: Pick<RangeWishes, 'stillNumbered'>,
  ) {
    this.#networks = networks
    this.#repair = repair
    this.#granter = granter
    this.#wishes = wishes
  }

  /** Takes in what the plan's look shows of the networks; of nodes that lack one, the repair is told. */
  seen(plan: RangePlan, { networks }: RangeInHand): void {
    const nodes = networks.stillInForce(plan.network)
    networks.seen(this.#repair.report(plan.rangeId, { ...plan.network, nodes }, nodesOf(plan)))
  }

  /**
   * Has the networks made, together with those of other ranges. Throws what Proxmox refuses.
   *
   * @param onCommitted called when the networks are committed and only the nodes' reloads are to come
   */
  async make(
    plan: RangePlan,
    spec: RangeSpec,
    { report, networks }: RangeInHand,
    onCommitted: () => void,
    superseded: AbortSignal,
  ): Promise<NetworksMade> {
    const here = nodesOf(plan)
    const check = (): Promise<void> => this.#wishes.stillNumbered(spec)
    const { committed, inForceOn, inForceHere, made: making } = this.#networks.begin(plan.network.wants, check, here)
    void committed.then(onCommitted)
    networks.making(
      making.then(
        (made) => (made.kind === 'ready' ? made.nodes : undefined),
        () => undefined,
      ),
      inForceOn,
    )
    const inForce = inForceHere.then(() => readyOn(here, plan.network.nodes))
    const made = await Promise.race([making, inForce, superseding(superseded)])
    if (made === 'superseded') return { kind: 'superseded' }
    if (made.kind === 'blocked') return made
    if (made.kind === 'failed') throw made.error
    networks.seen(made.nodes)
    report.networks(made.nodes, this.finding(plan, made.nodes))
    return { kind: 'ready' }
  }

  /** Gives the group its right, as nobody has a use for it before the networks are there; it keeps no VM from running. */
  async grant(plan: RangePlan, spec: RangeSpec, { report, networks }: RangeInHand): Promise<void> {
    if (plan.grant === undefined) return
    await this.#granter.grant(plan.grant, () => this.#wishes.stillNumbered(spec))
    report.found({ network: this.finding(plan, networks.nodes) })
  }

  /** How the networks stand: a finding, or what could not be granted, or `true`. */
  finding(plan: RangePlan, nodes: readonly NodeNetworkState[]): PartFinding {
    const finding = this.#missing(plan, nodes)
    return finding === true ? this.#granter.standing(plan.grant) : finding
  }

  /** What a pass has to wait for on account of the networks. */
  outcome(plan: RangePlan, { networks }: RangeInHand): Outcome {
    const without = withoutOf(plan, networks.nodes)
    if (without.length === 0) return { kind: 'settled' }
    if (without.every(({ state }) => state === 'reloading')) return { kind: 'progressing' }
    return { kind: 'retry', error: networksMissing(plan.rangeId, without, this.#repair.standing()).message }
  }

  #missing(plan: RangePlan, nodes: readonly NodeNetworkState[]): Finding | true {
    const without = withoutOf(plan, nodes)
    return without.length === 0 || networksMissing(plan.rangeId, without, this.#repair.standing())
  }
}

/** Nodes that hold VMs of the range, or will, and lack its networks: only these VMs wait. */
function withoutOf(plan: RangePlan, nodes: readonly NodeNetworkState[]): readonly NodeNetworkState[] {
  const here = nodesOf(plan)
  return nodesWithout(nodes).filter(({ node }) => here.has(node))
}

/** These nodes have reloaded since the commit, and the others have yet to. */
const readyOn = (here: ReadonlySet<string>, nodes: readonly NodeNetworkState[]): NetworkResult => ({
  kind: 'ready',
  nodes: nodes.map((seen) => {
    if (here.has(seen.node)) return { node: seen.node, state: 'available', message: '' }
    const isYetTo = seen.state !== 'offline' && seen.state !== 'excluded'
    return isYetTo ? { ...seen, state: 'reloading', message: 'has yet to reload its network' } : seen
  }),
})

/** The nodes that VMs of the range are on, or go to. */
const nodesOf = ({ vms }: RangePlan): ReadonlySet<string> => new Set(vms.flatMap(({ step }) => nodeOf(step) ?? []))

const superseding = (signal: AbortSignal): Promise<'superseded'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('superseded')
    else signal.addEventListener('abort', () => resolve('superseded'), { once: true })
  })
