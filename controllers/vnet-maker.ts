import type { Clock } from '../model/clock.ts'
import type { VnetAction, VnetWant } from '../model/plan.ts'
import type { ClusterObserver, Logger, SdnWriter } from '../model/ports.ts'
import { planVnets } from '../reconcilers/vnet/plan-vnets.ts'
import type { NetworkResult } from './network-result.ts'

/** After a repair that did not help the next waits so long, doubling each time. */
const REPAIR_DELAY_MS = { first: 10_000, most: 600_000 } as const

/** Makes VNets for all ranges together: all writes of a turn, then one SDN apply. */
export class VnetMaker {
  readonly #proxmox: ClusterObserver & { readonly sdn: SdnWriter }
  readonly #signal: AbortSignal
  readonly #logger: Logger
  readonly #clock: Pick<Clock, 'now'>
  #repair: string | undefined
  /** Repairs in a row, when the last was made, and when the next may be. */
  #repairs = { count: 0, lastAt: 0, notBefore: 0 }

  constructor(
    proxmox: ClusterObserver & { readonly sdn: SdnWriter },
    logger: Logger,
    clock: Pick<Clock, 'now'>,
    signal: AbortSignal,
  ) {
    this.#proxmox = proxmox
    this.#clock = clock
    this.#logger = logger
    this.#signal = signal
  }

  /**
   * Something shows that a node lacks a network which is applied: its reload failed, or it was away. Proxmox reports such
   * a node as fine, and applying again repairs it, so a `make` applies even though nothing is pending:
   * the first at once, further ones with growing delay, since each reloads the network of every node.
   */
  repair(why: string): void {
    this.#repair = why
  }

  /** True when a repair is due at the next `make`. */
  needsRepair(): boolean {
    return this.#repair !== undefined && this.#clock.now() >= this.#repairs.notBefore
  }

  #countRepair(): void {
    const now = this.#clock.now()
    const count = now - this.#repairs.lastAt > 2 * REPAIR_DELAY_MS.most ? 1 : this.#repairs.count + 1
    const delay = Math.min(REPAIR_DELAY_MS.first * 2 ** (count - 1), REPAIR_DELAY_MS.most)
    this.#repairs = { count, lastAt: now, notBefore: now + delay }
  }

  /**
   * Makes the VNets that all ranges of a turn want. Resolves with the answer for each of them.
   * Throws when the cluster can't be seen.
   */
  async make(all: readonly VnetWant[]): Promise<(wants: readonly VnetWant[]) => NetworkResult> {
    // Looked at anew: since the ranges were planned another turn, or another person, may have changed the VNets.
    const snapshot = await this.#proxmox.observe(this.#signal)
    const repair = this.needsRepair() ? this.#repair : undefined
    const { actions, findings } = planVnets(all, snapshot, repair)
    const errors = new Map<string, unknown>()
    for (const action of actions) {
      // No VNet that waits for it was written: it would only reload every node for nothing.
      if (action.kind === 'apply-sdn' && action.vnets.every((name) => errors.has(name))) continue
      if (action.kind === 'apply-sdn') {
        if (repair !== undefined) this.#countRepair()
        this.#repair = undefined
      }
      await this.#carryOut(action, errors)
    }
    return (wants) => {
      const finding = wants.map(({ name }) => findings.get(name)).find((each) => each !== undefined)
      if (finding !== undefined) return { kind: 'blocked', finding }
      const error = wants.map(({ name }) => errors.get(name)).find((each) => each !== undefined)
      return error === undefined ? { kind: 'ready' } : { kind: 'failed', error }
    }
  }

  async #carryOut(action: VnetAction, errors: Map<string, unknown>): Promise<void> {
    const { sdn } = this.#proxmox
    try {
      this.#signal.throwIfAborted()
      switch (action.kind) {
        case 'create-vnet':
          this.#logger.info('creating vnet', { vnet: action.vnet, reason: action.reason })
          return await sdn.createVnet(action.vnet, action.config, this.#signal)
        case 'update-vnet':
          this.#logger.info('correcting vnet', { vnet: action.vnet, reason: action.reason })
          return await sdn.updateVnet(action.vnet, action.changes, this.#signal)
        case 'apply-sdn':
          this.#logger.info('applying SDN configuration', { reason: action.reason })
          return await sdn.apply(this.#signal)
      }
    } catch (error) {
      // What was committed before it failed is not pending any more, so only this says that nodes may lack it.
      if (action.kind === 'apply-sdn')
        this.repair(`the last apply failed, so that nodes may lack ${action.vnets.join(', ')}`)
      for (const name of action.kind === 'apply-sdn' ? action.vnets : [action.vnet])
        if (!errors.has(name)) errors.set(name, error)
    }
  }
}
