import type { NetworkPlan, NetworkWants } from '../model/plan.ts'
import { lackingNodes } from '../reconcilers/vnet/node-states.ts'
import type { NetworkResult } from './network-result.ts'
import { Repairs } from './repairs.ts'
import { Turn } from './turn.ts'
import { VnetMaker, type VnetMakerParts } from './vnet-maker.ts'

/** Makes networks for all ranges together: whoever asks while a turn is taken shares the next. */
export class NetworkController {
  readonly #turn: Turn<NetworkWants, NetworkResult>
  readonly #vnets: VnetMaker

  readonly #repairs: Repairs

  constructor(parts: Omit<VnetMakerParts, 'repairs'>, signal: AbortSignal) {
    this.#repairs = new Repairs(parts.clock)
    this.#vnets = new VnetMaker({ ...parts, repairs: this.#repairs }, signal)
    this.#turn = new Turn((requests) => this.#vnets.make(requests))
  }

  /** Gives back the SDN lock that an earlier life left behind; to be called once before anything else. */
  giveBackLeftover(): Promise<void> {
    return this.#vnets.giveBackLeftover()
  }

  /** Resolves when the wanted networks are in force, or with what is in the way. One range's trouble stops no other. */
  ensure(wants: NetworkWants): Promise<NetworkResult> {
    return this.#turn.enter(wants)
  }

  /** Something shows that a node lacks a network which is applied, although no look at the cluster tells. */
  repair(why: string): void {
    this.#repairs.owe(why)
  }

  /** True when the next `ensure` would apply again for a node that lacks a network which is applied. */
  needsRepair({ nodes, busy }: Pick<NetworkPlan, 'nodes' | 'busy'>): boolean {
    const lacking = lackingNodes(nodes).length > 0 && !busy ? 'nodes lack networks' : undefined
    return this.#repairs.due(lacking) !== undefined
  }

  /** True when applying again has not helped often enough, so that a person has to. */
  repairsExhausted(): boolean {
    return this.#repairs.exhausted()
  }
}
