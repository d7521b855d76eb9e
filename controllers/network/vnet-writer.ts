import type { ApplyEnd, ApplyProgress, ApplyWatch, NicReader, SdnWriter } from '../../model/network-ports.ts'
import type { SdnApply, VnetWrite } from '../../model/plan/actions.ts'
import { always, type Permit, provided, Withdrawn } from '../../model/permit.ts'
import type { Logger } from '../../model/ports.ts'
import type { ClusterSnapshot, VnetConfig } from '../../model/snapshot.ts'
import type { NetworkTrouble, NetworkTroubles } from './network-result.ts'
import { type GuestsSeen, type NetworkUse, vnetUses, whyItStays } from './network-use.ts'
import type { ReloadWatch } from './reload-watch.ts'
import type { HeldLock } from './sdn-lock.ts'

/** What became of an apply. */
export type Applied =
  /** None was made. */
  | { readonly kind: 'none' }
  /** It has ended. `failures`: node -> why its own log says that it did not reload. */
  | { readonly kind: 'ended'; readonly failures: ReadonlyMap<string, string> }
  /** It is committed, and stands at a node for longer than anybody waits for that. */
  | { readonly kind: 'held-up'; readonly progress: ApplyProgress }
  /** Its permit was not given, so it was not sent. */
  | { readonly kind: 'withheld'; readonly error: unknown }
  /** It may have been committed before it failed. `vnets`: those that waited for it. */
  | { readonly kind: 'failed'; readonly vnets: readonly string[]; readonly error: unknown }

/** Carries out single changes of the SDN. When, and under which conditions, is for others to know. */
export class VnetWriter {
  readonly #sdn: SdnWriter
  readonly #nics: NicReader
  readonly #watch: Pick<ReloadWatch, 'heldUp'>
  readonly #logger: Logger
  readonly #signal: AbortSignal

  /** @param watch told of an apply that is waited for no longer */
  constructor(
    sdn: SdnWriter,
    nics: NicReader,
    watch: Pick<ReloadWatch, 'heldUp'>,
    logger: Logger,
    signal: AbortSignal,
  ) {
    this.#sdn = sdn
    this.#nics = nics
    this.#watch = watch
    this.#logger = logger
    this.#signal = signal
  }

  /**
   * Writes VNets, which takes no effect before the apply. A VNet that a guest has a NIC on is not deleted.
   *
   * @param permitFor what the write of a VNet depends on
   * @returns what came in the way of which VNet
   */
  async write(
    writes: readonly VnetWrite[],
    seen: GuestsSeen,
    token: string | undefined,
    permitFor: (vnet: string) => Permit,
  ): Promise<NetworkTroubles> {
    const troubles = new Map<string, NetworkTrouble>()
    const going = writes.flatMap(({ kind, vnet }) => (kind === 'delete-vnet' ? [vnet] : []))
    // All together, right before the first: each guest is read once, and before the apply once more.
    let uses: Promise<ReadonlyMap<string, NetworkUse>> | undefined
    const useOf = async (name: string): Promise<NetworkUse> => {
      uses ??= vnetUses(going, seen, this.#nics, this.#signal)
      return (await uses).get(name) ?? { kind: 'unknown', error: new Error(`vnet ${name}: nobody has looked`) }
    }
    for (const write of writes) {
      const trouble = await this.#try(write, useOf, token, permitFor(write.vnet))
      if (trouble !== undefined) troubles.set(write.vnet, trouble)
    }
    return troubles
  }

  /**
   * Undoes writes that were not applied and are not to be: each VNet is written as it was before.
   *
   * @param before as seen before they were made; a deletion that an earlier run made is pending there
   */
  async takeBack(
    writes: readonly VnetWrite[],
    { vnets }: Pick<ClusterSnapshot, 'vnets'>,
    token: string | undefined,
  ): Promise<void> {
    for (const write of writes) {
      const seen = vnets.find(({ name }) => name === write.vnet)
      const undoing = inverseOf(write, seen?.configured ?? seen?.running)
      try {
        this.#logger.info('taking back what was written for a vnet', { vnet: write.vnet })
        if (undoing !== undefined) await this.#send(undoing, token, always(this.#signal))
      } catch (error) {
        this.#signal.throwIfAborted()
        this.#logger.warn('what was written for a vnet could not be taken back, and is pending', {
          vnet: write.vnet,
          error,
        })
      }
    }
  }

  /** Commits everything that is pending, releases the lock, and has every node reload its network, as far as that is waited for. */
  async apply(
    { vnets, reason }: Pick<SdnApply, 'vnets' | 'reason'>,
    lock: HeldLock,
    permit: Permit,
    watch: ApplyWatch,
  ): Promise<Exclude<Applied, { kind: 'none' }>> {
    let end: ApplyEnd
    let refused: { readonly error: unknown } | undefined
    // With its commit, not with its end: what is pending from then on under nobody's lock is not ours to take back.
    let releasing: Promise<void> | undefined
    const onCommitted = (): void => {
      releasing = lock.released()
      releasing.catch(() => undefined)
      watch.onCommitted()
    }
    const check = (): Promise<void> =>
      permit.check().then(
        () => this.#logger.info('applying SDN configuration', { reason }),
        (error: unknown) => {
          refused = { error }
          throw error
        },
      )
    try {
      this.#signal.throwIfAborted()
      end = await this.#sdn.apply(lock.token, { ...permit, check }, { ...watch, onCommitted })
    } catch (error) {
      await releasing
      return refused === undefined ? { kind: 'failed', vnets, error } : { kind: 'withheld', ...refused }
    }
    await (releasing ?? lock.released())
    if (end.kind === 'ended')
      return { kind: 'ended', failures: new Map(end.failures.map(({ node, why }) => [node, why])) }
    const { upid, at } = end.progress
    this.#logger.warn('an apply of SDN configuration stands at a node, and is not waited for', { node: at, upid })
    this.#watch.heldUp(end.progress)
    return end
  }

  async #try(
    write: VnetWrite,
    useOf: (vnet: string) => Promise<NetworkUse>,
    token: string | undefined,
    permit: Permit,
  ): Promise<NetworkTrouble | undefined> {
    const { vnet, reason } = write
    let stays: NetworkTrouble | undefined
    const isFree = async (): Promise<void> => {
      stays = write.kind === 'delete-vnet' ? whyItStays({ kind: 'vnet', name: vnet }, await useOf(vnet)) : undefined
      if (stays !== undefined) throw new Withdrawn(`vnet ${vnet}: it is in use by now`)
    }
    try {
      this.#signal.throwIfAborted()
      this.#logger.info(WORDS[write.kind], { vnet, reason })
      await this.#send(write, token, provided(isFree, permit))
      return undefined
    } catch (error) {
      return stays ?? { kind: 'failed', error }
    }
  }

  #send(write: VnetWrite, token: string | undefined, permit: Permit): Promise<void> {
    switch (write.kind) {
      case 'create-vnet':
        return this.#sdn.createVnet(write.vnet, write.config, token, permit)
      case 'update-vnet':
        return this.#sdn.updateVnet(write.vnet, write.changes, token, permit)
      case 'delete-vnet':
        return this.#sdn.deleteVnet(write.vnet, token, permit)
    }
  }
}

/** @param config of the VNet, before the write was made */
function inverseOf({ kind, vnet }: VnetWrite, config: VnetConfig | undefined): VnetWrite | undefined {
  const reason = 'as it was before'
  switch (kind) {
    case 'create-vnet':
      return { kind: 'delete-vnet', vnet, reason }
    case 'delete-vnet':
      return config && { kind: 'create-vnet', vnet, config, reason }
    case 'update-vnet':
      return config && { kind: 'update-vnet', vnet, changes: config, reason }
  }
}

const WORDS = {
  'create-vnet': 'creating vnet',
  'update-vnet': 'correcting vnet',
  'delete-vnet': 'removing vnet',
} as const
