import { type Finding, NOT_READ } from '../../model/condition.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import type { RemovalOfMachines } from './removal-of-machines.ts'
import type { RemovalOfNetworks } from './removal-of-networks.ts'
import type { RemovalOfPool } from './removal-of-pool.ts'
import type { RemovalPlanner } from './removal-planner.ts'
import type { RemovalReport, RemovalSource } from './removal-report.ts'

/** What is removed one after the other; a cluster that shows one as not done right after it was is looked at again later. */
type Stage = 'machines' | 'networks'

/** One removal under way. */
interface Removal {
  readonly order: RemovalOrder
  readonly report: RemovalReport
  readonly signal: AbortSignal
}

/**
 * The pass over a range that is to go: its VMs, then its networks, which stay while any guest has a NIC on one, its pool
 * last. Reports after each step.
 */
export class RemovalPass {
  readonly #planner: RemovalPlanner
  readonly #machines: RemovalOfMachines
  readonly #networks: RemovalOfNetworks
  readonly #pool: RemovalOfPool
  readonly #reportOf: (order: RemovalOrder, source: RemovalSource) => RemovalReport

  constructor(
    planner: RemovalPlanner,
    machines: RemovalOfMachines,
    networks: RemovalOfNetworks,
    pool: RemovalOfPool,
    reportOf: (order: RemovalOrder, source: RemovalSource) => RemovalReport,
  ) {
    this.#planner = planner
    this.#machines = machines
    this.#networks = networks
    this.#pool = pool
    this.#reportOf = reportOf
  }

  /** Carries a removal through as far as it goes. Throws only when aborted. */
  async run(order: RemovalOrder, source: RemovalSource, signal: AbortSignal): Promise<Outcome> {
    const report = this.#reportOf(order, source)
    try {
      return await this.#next({ order, report, signal })
    } catch (error) {
      signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      const { error: message } = outcome
      // What it did not get to see is not known, and what it broke off at has failed.
      if (report.done.machines === true) report.found({ network: { reason: 'NetworkFailed', message } })
      else report.found({ machines: { reason: NOT_READ, message } })
      return outcome
    }
  }

  /** @param after the stage that is just done */
  async #next(removal: Removal, after?: Stage): Promise<Outcome> {
    const { order, report } = removal
    const { plan, guests } = await this.#planner.next(order)
    if (plan.kind === 'turned') return refused(report, 'network', plan.finding)
    if (plan.kind === 'machines')
      return after === undefined ? this.#removeMachines(removal, plan.guests) : { kind: 'progressing' }
    if (plan.kind === 'progressing') {
      report.found({ machines: plan.finding })
      return { kind: 'progressing' }
    }
    if (plan.kind === 'waits' && plan.part === 'machines') return stuck(report, 'machines', plan.finding)
    if (plan.kind === 'refused' && plan.machines) return refused(report, 'machines', plan.finding)
    report.machinesGone()
    switch (plan.kind) {
      case 'waits':
        return stuck(report, 'network', plan.finding)
      case 'refused':
        return refused(report, 'network', plan.finding)
      case 'networks':
        if (after === 'networks') return { kind: 'progressing' }
        report.numberIs(plan.number)
        return this.#removeNetworks(removal, plan.wants, guests)
      case 'pool':
      case 'gone': {
        const unconfirmed = this.#networks.unconfirmed(order.rangeId)
        if (unconfirmed !== undefined)
          return after === 'networks' ? { kind: 'progressing' } : this.#removeNetworks(removal, unconfirmed, guests)
        report.networksGone()
        return plan.kind === 'pool' ? this.#removePool(removal) : this.#gone(removal)
      }
    }
  }

  async #removeMachines(removal: Removal, guests: readonly GuestSeen[]): Promise<Outcome> {
    const { order, report, signal } = removal
    const { some, end } = await this.#machines.remove(order, guests, report, signal)
    if (some) this.#pool.emptied(order.rangeId)
    return end.kind === 'done' ? this.#next(removal, 'machines') : ENDS[end.kind](report, 'machines', end.finding)
  }

  async #removeNetworks(removal: Removal, wants: NetworkWants, guests: readonly GuestSeen[]): Promise<Outcome> {
    const { report, signal } = removal
    report.found({ network: { reason: 'Progressing', message: 'its network is being removed' } })
    const end = await this.#networks.remove(wants, guests, signal)
    return end.kind === 'done' ? this.#next(removal, 'networks') : ENDS[end.kind](report, 'network', end.finding)
  }

  async #removePool(removal: Removal): Promise<Outcome> {
    const { order, report, signal } = removal
    const end = await this.#pool.remove(order.rangeId, signal)
    if (end.kind === 'progressing') return end
    return end.kind === 'done' ? this.#gone(removal) : ENDS[end.kind](report, 'pool', end.finding)
  }

  #gone({ order, report }: Removal): Outcome {
    this.#pool.forget(order.rangeId)
    report.gone()
    return { kind: 'settled' }
  }
}

type Part = 'machines' | 'network' | 'pool'

/** A person comes first, so nothing but time or a change of the file leads to another look. */
function stuck(report: RemovalReport, part: Part, finding: Finding): Outcome {
  report.found({ [part]: finding })
  return { kind: 'stalled', error: finding.message }
}

/** Trying again may help. */
function refused(report: RemovalReport, part: Part, finding: Finding): Outcome {
  report.found({ [part]: finding })
  return { kind: 'retry', error: finding.message }
}

const ENDS = { stuck, refused } as const
