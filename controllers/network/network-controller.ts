import { steadyOf } from '../../model/clock.ts'
import { ownerMark } from '../../model/identity.ts'
import type { NetworkPlan, NetworkWants } from '../../model/plan/network-plan.ts'
import type { BridgeWriter } from '../../model/network-ports.ts'
import { lackingNodes } from '../../reconcilers/vnet/node-states.ts'
import { BridgeMaker } from './bridge-maker.ts'
import type { NetworkResult } from './network-result.ts'
import { Repairs } from './repairs.ts'
import { Turn } from '../pace/turn.ts'
import { VnetMaker, type VnetMakerParts } from './vnet-maker.ts'

interface NetworkRequest {
  readonly wants: NetworkWants
  readonly onCommitted: () => void
}

/** Makes networks for all ranges together: whoever asks while a turn is taken shares the next. */
export class NetworkController {
  readonly #turn: Turn<NetworkRequest, NetworkResult>
  readonly #vnets: VnetMaker
  readonly #bridges: BridgeMaker
  readonly #repairs: Repairs

  constructor(
    parts: Omit<VnetMakerParts, 'repairs'> & { readonly proxmox: { readonly bridges: BridgeWriter } },
    signal: AbortSignal,
  ) {
    this.#repairs = new Repairs(steadyOf(parts.clock))
    this.#vnets = new VnetMaker({ ...parts, repairs: this.#repairs }, signal)
    this.#bridges = new BridgeMaker({ ...parts, clock: steadyOf(parts.clock) }, signal)
    this.#turn = new Turn(async (requests) => {
      const vnets = requests.flatMap(({ wants, onCommitted }) =>
        wants.kind === 'vnets' ? [{ wants, onCommitted }] : [],
      )
      const bridges = requests.flatMap(({ wants }) => (wants.kind === 'bridges' ? [wants] : []))
      const ofVnets = vnets.length === 0 ? undefined : await this.#vnets.make(vnets)
      const ofBridges = await this.#bridges.make(bridges)
      return ({ wants }) =>
        wants.kind === 'bridges' ? ofBridges(wants) : (ofVnets?.(wants) ?? { kind: 'ready', nodes: [] })
    })
  }

  /** Gives back the SDN lock that an earlier life left behind; to be called once before anything else. */
  giveBackLeftover(): Promise<void> {
    return this.#vnets.giveBackLeftover()
  }

  /**
   * Resolves when the wanted networks are in force, or with what is in the way. One range's trouble stops no other.
   *
   * @param onCommitted called when Proxmox has committed VNets and only the nodes' reloads are to come: what needs no
   *   network in force can be done meanwhile. Never called for bridges
   */
  ensure(wants: NetworkWants, onCommitted: () => void = () => undefined): Promise<NetworkResult> {
    return this.#turn.enter({ wants, onCommitted })
  }

  /** Something shows that a node lacks a network which is applied, although no look at the cluster tells. */
  repair(why: string): void {
    this.#repairs.owe(why)
  }

  /** True when the next `ensure` would apply or activate again, for a node that lacks a network. */
  needsRepair({ nodes, busy, wants }: Pick<NetworkPlan, 'nodes' | 'busy' | 'wants'>): boolean {
    if (wants.kind === 'bridges') return this.#bridges.needsRepair(wants)
    const lacking = lackingNodes(nodes).length > 0 && !busy ? 'nodes lack networks' : undefined
    return this.#repairs.due(lacking) !== undefined
  }

  /** What to ask for so that a range's bridges are really gone which look gone, since an activation for that failed. */
  unsureRemovals(rangeId: string): NetworkWants | undefined {
    return this.#bridges.unsureRemovals(ownerMark(rangeId))
  }

  /** True when applying again has not helped often enough, so that a person has to. */
  repairsExhausted(): boolean {
    return this.#repairs.exhausted()
  }
}
