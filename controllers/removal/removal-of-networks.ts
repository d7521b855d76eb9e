import type { NicReader } from '../../model/network-ports.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { NetworkController } from '../network/network-controller.ts'
import { type GuestsSeen, whyRemovalsStay } from '../network/network-use.ts'
import type { StepEnd } from './removal-step-end.ts'

/** The second step of a removal: the range's networks, which stay while any guest has a NIC on one. */
export class RemovalOfNetworks {
  readonly #networks: Pick<NetworkController, 'ensure' | 'unconfirmedRemovals'>
  readonly #nics: NicReader

  constructor(networks: Pick<NetworkController, 'ensure' | 'unconfirmedRemovals'>, nics: NicReader) {
    this.#networks = networks
    this.#nics = nics
  }

  /** What to remove again of a range whose networks look gone, and may not be. */
  unconfirmed(rangeId: string): NetworkWants | undefined {
    return this.#networks.unconfirmedRemovals(rangeId)
  }

  /**
   * Throws when Proxmox fails, or it can't be told who has a NIC on one.
   *
   * @param check throws `Withdrawn` when the range is not to go any more
   */
  async remove(
    wants: NetworkWants,
    seen: GuestsSeen,
    check: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<StepEnd> {
    const stays = await whyRemovalsStay(wants, seen, this.#nics, signal)
    if (stays?.kind === 'failed') throw stays.error
    if (stays?.kind === 'blocked') return { kind: 'stuck', finding: stays.finding }
    const removed = await this.#networks.ensure(wants, check)
    switch (removed.kind) {
      case 'ready':
        return { kind: 'done' }
      case 'blocked':
        return { kind: 'refused', finding: removed.finding }
      case 'failed':
        throw removed.error
    }
  }
}
