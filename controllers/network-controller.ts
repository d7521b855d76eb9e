import type { Finding } from '../model/condition.ts'
import type { VnetAction, VnetWant } from '../model/plan.ts'
import type { ClusterObserver, Logger, SdnWriter } from '../model/ports.ts'
import { planVnets } from '../reconcilers/vnet/plan-vnets.ts'
import { Turn } from './turn.ts'

/** What became of the VNets a range wanted. */
export type NetworkResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly finding: Finding }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Makes VNets for all ranges together: all writes of a turn, then one SDN apply. */
export class NetworkController {
  readonly #turn: Turn<readonly VnetWant[], NetworkResult>
  readonly #proxmox: ClusterObserver & { readonly sdn: SdnWriter }
  readonly #signal: AbortSignal
  readonly #logger: Logger
  #repair: string | undefined

  constructor(proxmox: ClusterObserver & { readonly sdn: SdnWriter }, logger: Logger, signal: AbortSignal) {
    this.#proxmox = proxmox
    this.#logger = logger
    this.#signal = signal
    this.#turn = new Turn((requests) => this.#make(requests))
  }

  /** Resolves when the wanted VNets are applied, or with what is in the way. One range's trouble stops no other. */
  ensure(wants: readonly VnetWant[]): Promise<NetworkResult> {
    return this.#turn.enter(wants)
  }

  /**
   * Something shows that a node lacks a network which is applied: its reload failed, or it was away. Proxmox reports such
   * a node as fine, and applying again repairs it, so the next `ensure` applies even though nothing is pending.
   */
  repair(why: string): void {
    this.#repair = why
  }

  /** True when a repair waits for the next `ensure`. */
  needsRepair(): boolean {
    return this.#repair !== undefined
  }

  async #make(requests: readonly (readonly VnetWant[])[]): Promise<(wants: readonly VnetWant[]) => NetworkResult> {
    // Looked at anew: since the ranges were planned another turn, or another person, may have changed the VNets.
    const snapshot = await this.#proxmox.observe(this.#signal)
    const { actions, findings } = planVnets(requests.flat(), snapshot, this.#repair)
    const errors = new Map<string, unknown>()
    for (const action of actions) {
      if (action.kind === 'apply-sdn') this.#repair = undefined
      // No VNet that waits for it was written: it would only reload every node for nothing.
      const inVain = action.kind === 'apply-sdn' && action.vnets.every((name) => errors.has(name))
      if (!inVain) await this.#carryOut(action, errors)
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
