import { type Condition, type Finding, NOT_READ } from '../../model/condition.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { poolComment } from '../../model/identity.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { NicReader } from '../../model/network-ports.ts'
import type { Logger } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { planRemoval } from '../../reconcilers/removal/plan-removal.ts'
import type { DecidedMode } from '../network/decided-mode.ts'
import type { NetworkController } from '../network/network-controller.ts'
import { whyRemovalsStay } from '../network/network-use.ts'
import { conditionsOfDestroyed, conditionsOfRemoval, type RemovalFindings } from './removal-conditions.ts'
import { RemovalOfMachines } from './removal-of-machines.ts'
import type { StatusBoard } from '../report/status-board.ts'

/** What a pass over a range that is to go works with. */
export interface RemovalDependencies {
  /** A look at the cluster, shared by all who ask in the same moment. */
  readonly look: () => Promise<ClusterSnapshot>
  readonly decidedMode: DecidedMode
  readonly networks: NetworkController
  readonly nics: NicReader
  readonly machines: Machines
  readonly pools: Pools
  readonly board: StatusBoard
  readonly settings: () => PlanSettings
  readonly logger: Logger
  /** Pools that VMs of their range were removed from, so that they are the range's whatever their comment. */
  readonly emptiedPools: Set<string>
}

/** Where the range that is to go was asked for, for its status. */
export interface RemovalSource {
  readonly source: string
  /**
   * What is told once nothing of it is left: that all is as its file says (`absent`), that its file asks for it
   * nevertheless (`destroyed`), or nothing any more (`forgotten`), as there is no valid file.
   */
  readonly whenGone: 'absent' | 'destroyed' | 'forgotten'
  readonly diagnostics: readonly Diagnostic[]
}

/** What is removed one after the other; a cluster that shows one as not done right after it was is looked at again later. */
type Stage = 'machines' | 'networks'

/**
 * The pass over a range that is to go: its VMs, then its networks, which stay while any guest has a NIC on one, its pool
 * last.
 *
 * Reports after each step, so that a status never claims more than was seen.
 */
export class RemovalPass {
  readonly #order: RemovalOrder
  readonly #source: RemovalSource
  readonly #deps: RemovalDependencies
  readonly #signal: AbortSignal
  readonly #machines: RemovalOfMachines
  #number: number | undefined
  #done: RemovalFindings = {}

  constructor(order: RemovalOrder, source: RemovalSource, deps: RemovalDependencies, signal: AbortSignal) {
    this.#order = order
    this.#source = source
    this.#deps = deps
    this.#signal = signal
    const before = deps.board.get(order.rangeId)
    this.#number = before?.number
    this.#machines = new RemovalOfMachines(order, before?.vms ?? [], deps, signal)
  }

  /** Carries the pass through as far as it goes. Throws only when aborted. */
  async run(): Promise<Outcome> {
    try {
      return await this.#run()
    } catch (error) {
      this.#signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      const message = 'error' in outcome ? outcome.error : String(error)
      // What it did not get to see is not known, and what it broke off at has failed.
      const failed = this.#done.machines === true
      await this.#report(
        failed ? { network: { reason: 'NetworkFailed', message } } : { machines: { reason: NOT_READ, message } },
      )
      return outcome
    }
  }

  /** @param after the stage that is just done */
  async #run(after?: Stage): Promise<Outcome> {
    const { look, decidedMode, networks, settings } = this.#deps
    const seen = await look()
    const { mode, turned } = decidedMode.modeOf(seen)
    if (turned !== undefined) return this.#refused(turned)
    const plan = planRemoval(this.#order, seen, mode, settings())
    if (plan.kind === 'machines' && after !== undefined) return { kind: 'progressing' }
    if (plan.kind === 'machines') return this.#removeMachines(plan.guests)
    if (plan.kind === 'progressing') {
      await this.#report({ machines: plan.finding })
      return { kind: 'progressing' }
    }
    if (plan.kind === 'waits' && plan.part === 'machines') return this.#stuck('machines', plan.finding)
    if (plan.kind === 'refused' && plan.machines) return this.#refused(plan.finding, 'machines')
    this.#done = { machines: true }
    switch (plan.kind) {
      case 'waits':
        return this.#stuck('network', plan.finding)
      case 'refused':
        return this.#refused(plan.finding)
      case 'networks':
        if (after === 'networks') return { kind: 'progressing' }
        this.#number = plan.number
        return this.#removeNetworks(plan.wants, seen.guests)
      case 'pool':
      case 'gone': {
        const unconfirmed = networks.unconfirmedRemovals(this.#order.rangeId)
        if (unconfirmed !== undefined)
          return after === 'networks' ? { kind: 'progressing' } : this.#removeNetworks(unconfirmed, seen.guests)
        this.#done = { machines: true, network: true }
        return plan.kind === 'pool' ? this.#removePool() : this.#gone()
      }
    }
  }

  async #removeMachines(guests: readonly GuestSeen[]): Promise<Outcome> {
    const { rangeId } = this.#order
    const removed = await this.#machines.remove(guests, (finding) => this.#report({ machines: finding }))
    if (removed.some) this.#deps.emptiedPools.add(rangeId)
    if (removed.finding === undefined) return this.#run('machines')
    await this.#report({ machines: removed.finding })
    return { kind: removed.passes ? 'retry' : 'stalled', error: removed.finding.message }
  }

  async #removeNetworks(wants: NetworkWants, guests: readonly GuestSeen[]): Promise<Outcome> {
    await this.#report({ network: { reason: 'Progressing', message: 'its network is being removed' } })
    const stays = await whyRemovalsStay(wants, guests, this.#deps.nics, this.#signal)
    if (stays?.kind === 'failed') throw stays.error
    if (stays?.kind === 'blocked') return this.#stuck('network', stays.finding)
    const made = await this.#deps.networks.ensure(wants)
    if (made.kind === 'failed') throw made.error
    return made.kind === 'blocked' ? this.#refused(made.finding) : this.#run('networks')
  }

  /** An empty pool of the range's name that nothing shows to be the range's is somebody's, and stays. */
  async #removePool(): Promise<Outcome> {
    const { pools, emptiedPools, logger } = this.#deps
    const { rangeId } = this.#order
    const pool = await pools.read(rangeId, this.#signal)
    if (pool === undefined) return this.#gone()
    if (pool.guests.length > 0) return { kind: 'progressing' }
    if (pool.comment !== poolComment(rangeId) && !emptiedPools.has(rangeId)) return this.#gone()
    try {
      logger.info('removing pool', { range: rangeId, pool: rangeId })
      await pools.remove(rangeId, this.#signal)
    } catch (error) {
      if (!isProxmoxError(error, 'conflict')) throw error
      const message = `range ${rangeId}: its pool ${rangeId} has something in it that is no VM of the range, so it stays: ${error.message}; take that out, and the pool goes by itself`
      return this.#stuck('pool', { reason: 'PoolLeft', message })
    }
    return this.#gone()
  }

  async #gone(): Promise<Outcome> {
    this.#deps.emptiedPools.delete(this.#order.rangeId)
    this.#number = undefined
    await this.#reportGone()
    return { kind: 'settled' }
  }

  async #reportGone(): Promise<void> {
    switch (this.#source.whenGone) {
      case 'absent':
        return this.#report({ pool: true })
      case 'destroyed':
        return this.#set(conditionsOfDestroyed(this.#order))
      case 'forgotten':
        this.#deps.logger.info('nothing of the range is left', { range: this.#order.rangeId, why: this.#order.why })
        return this.#deps.board.forget(this.#order.rangeId)
    }
  }

  /** A person comes first, so nothing but time or a change of the file leads to another look. */
  async #stuck(part: 'machines' | 'network' | 'pool', finding: Finding): Promise<Outcome> {
    await this.#report({ [part]: finding })
    return { kind: 'stalled', error: finding.message }
  }

  async #refused(finding: Finding, part: 'machines' | 'network' = 'network'): Promise<Outcome> {
    await this.#report({ [part]: finding })
    return { kind: 'retry', error: finding.message }
  }

  #report(news: RemovalFindings): Promise<void> {
    const hasFile = this.#source.whenGone !== 'forgotten'
    return this.#set(conditionsOfRemoval(this.#order, { ...this.#done, ...news }, hasFile))
  }

  #set(conditions: readonly Condition[]): Promise<void> {
    const { source, diagnostics } = this.#source
    return this.#deps.board.set({
      id: this.#order.rangeId,
      source,
      diagnostics,
      number: this.#number,
      conditions,
      vms: this.#machines.statuses(),
      networks: [],
    })
  }
}
