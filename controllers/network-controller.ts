import type { Clock } from '../model/clock.ts'
import type { NetworkWants } from '../model/plan.ts'
import type { ClusterObserver, Logger, SdnWriter } from '../model/ports.ts'
import type { NetworkResult } from './network-result.ts'
import { Turn } from './turn.ts'
import { VnetMaker } from './vnet-maker.ts'

/** Makes networks for all ranges together: whoever asks while a turn is taken shares the next. */
export class NetworkController {
  readonly #turn: Turn<NetworkWants, NetworkResult>
  readonly #vnets: VnetMaker

  constructor(
    proxmox: ClusterObserver & { readonly sdn: SdnWriter },
    logger: Logger,
    clock: Pick<Clock, 'now'>,
    signal: AbortSignal,
  ) {
    this.#vnets = new VnetMaker(proxmox, logger, clock, signal)
    this.#turn = new Turn(async (requests) => {
      const answer = await this.#vnets.make(requests.flatMap(({ vnets }) => vnets))
      return ({ vnets }) => answer(vnets)
    })
  }

  /** Resolves when the wanted networks are in force, or with what is in the way. One range's trouble stops no other. */
  ensure(wants: NetworkWants): Promise<NetworkResult> {
    return this.#turn.enter(wants)
  }

  /** Something shows that a node lacks a network which is applied: see `VnetMaker.repair`. */
  repair(why: string): void {
    this.#vnets.repair(why)
  }

  /** True when a repair is due at the next `ensure`. */
  needsRepair(): boolean {
    return this.#vnets.needsRepair()
  }
}
