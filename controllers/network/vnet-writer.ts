import type { NicReader, ReloadFailure, SdnWriter } from '../../model/network-ports.ts'
import type { SdnApply, VnetWrite } from '../../model/plan/actions.ts'
import type { Logger } from '../../model/ports.ts'
import type { NetworkTrouble, NetworkTroubles } from './network-result.ts'
import { type GuestsSeen, networkUse, whyItStays } from './network-use.ts'
import type { HeldLock } from './sdn-lock.ts'

/** What became of an apply. */
export type Applied =
  /** None was made. */
  | { readonly kind: 'none' }
  /** It has ended. `failures`: node -> why its own log says that it did not reload. */
  | { readonly kind: 'ended'; readonly failures: ReadonlyMap<string, string> }
  /** It may have been committed before it failed. `vnets`: those that waited for it. */
  | { readonly kind: 'failed'; readonly vnets: readonly string[]; readonly error: unknown }

/** Carries out single changes of the SDN. When, and under which conditions, is for others to know. */
export class VnetWriter {
  readonly #sdn: SdnWriter
  readonly #nics: NicReader
  readonly #logger: Logger
  readonly #signal: AbortSignal

  constructor(sdn: SdnWriter, nics: NicReader, logger: Logger, signal: AbortSignal) {
    this.#sdn = sdn
    this.#nics = nics
    this.#logger = logger
    this.#signal = signal
  }

  /**
   * Writes VNets, which takes no effect before the apply. A VNet that a guest has a NIC on is not deleted.
   *
   * @returns what came in the way of which VNet
   */
  async write(writes: readonly VnetWrite[], seen: GuestsSeen, token: string | undefined): Promise<NetworkTroubles> {
    const troubles = new Map<string, NetworkTrouble>()
    for (const write of writes) {
      const trouble = await this.#try(write, seen, token)
      if (trouble !== undefined) troubles.set(write.vnet, trouble)
    }
    return troubles
  }

  /** Commits everything that is pending, releases the lock, and has every node reload its network. */
  async apply(
    { vnets, reason }: Pick<SdnApply, 'vnets' | 'reason'>,
    lock: HeldLock,
    onCommitted?: () => void,
  ): Promise<Exclude<Applied, { kind: 'none' }>> {
    let failures: readonly ReloadFailure[]
    try {
      this.#signal.throwIfAborted()
      this.#logger.info('applying SDN configuration', { reason })
      failures = await this.#sdn.apply(lock.token, this.#signal, onCommitted)
    } catch (error) {
      return { kind: 'failed', vnets, error }
    }
    await lock.released()
    return { kind: 'ended', failures: new Map(failures.map(({ node, why }) => [node, why])) }
  }

  async #try(write: VnetWrite, seen: GuestsSeen, token: string | undefined): Promise<NetworkTrouble | undefined> {
    const { vnet, reason } = write
    try {
      this.#signal.throwIfAborted()
      const stays = write.kind === 'delete-vnet' ? await this.#whyItStays(vnet, seen) : undefined
      if (stays !== undefined) return stays
      this.#logger.info(WORDS[write.kind], { vnet, reason })
      await this.#send(write, token)
      return undefined
    } catch (error) {
      return { kind: 'failed', error }
    }
  }

  async #whyItStays(name: string, seen: GuestsSeen): Promise<NetworkTrouble | undefined> {
    const network = { kind: 'vnet', name } as const
    return whyItStays(network, await networkUse(network, seen, this.#nics, this.#signal))
  }

  #send(write: VnetWrite, token: string | undefined): Promise<void> {
    switch (write.kind) {
      case 'create-vnet':
        return this.#sdn.createVnet(write.vnet, write.config, token, this.#signal)
      case 'update-vnet':
        return this.#sdn.updateVnet(write.vnet, write.changes, token, this.#signal)
      case 'delete-vnet':
        return this.#sdn.deleteVnet(write.vnet, token, this.#signal)
    }
  }
}

const WORDS = {
  'create-vnet': 'creating vnet',
  'update-vnet': 'correcting vnet',
  'delete-vnet': 'removing vnet',
} as const
