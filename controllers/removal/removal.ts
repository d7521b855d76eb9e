import { type Finding, NOT_READ } from '../../model/condition.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import type { RemoveAssignment } from '../machine/vm-assignment.ts'
import type { RemovalOfMachines } from './removal-of-machines.ts'
import type { RemovalOfNetworks } from './removal-of-networks.ts'
import type { RemovalOfPool } from './removal-of-pool.ts'
import type { RemovalPlanner } from './removal-planner.ts'
import type { RemovalReport } from './removal-report.ts'

/** What is done one after the other. */
interface Steps {
  readonly machines: RemovalOfMachines
  readonly networks: RemovalOfNetworks
  readonly pool: RemovalOfPool
}

type HandOver = (assignments: readonly RemoveAssignment[]) => void

/**
 * One pass over a range that is to go: its VMs, which go by themselves once they are handed that; then, in a later pass, its
 * networks, which stay while any guest has a NIC on one, and its pool last. Reports after each step.
 */
export class Removal {
  readonly #order: RemovalOrder
  readonly #report: RemovalReport
  readonly #planner: RemovalPlanner
  readonly #steps: Steps
  #isOver = false

  constructor(order: RemovalOrder, report: RemovalReport, planner: RemovalPlanner, steps: Steps) {
    this.#order = order
    this.#report = report
    this.#planner = planner
    this.#steps = steps
  }

  /** Nothing of the range is left. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** What was begun for the range before it was to go is still under way. */
  waits(): void {
    const { rangeId, why } = this.#order
    const message = `range ${rangeId}: it is to go (${why}); what was begun for its VMs before is seen to its end first`
    this.#report.found({ machines: { reason: 'Progressing', message } })
  }

  /**
   * Carries the removal through as far as it goes. Throws only when aborted.
   *
   * @param handOver gives VMs to those who remove them, each by itself
   * @param check throws `Withdrawn` when the range is not to go any more
   */
  async run(handOver: HandOver, check: () => Promise<void>, signal: AbortSignal): Promise<Outcome> {
    const report = this.#report
    try {
      return await this.#next(handOver, check, signal)
    } catch (error) {
      signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      if (!('error' in outcome)) return outcome
      const { error: message } = outcome
      // What it did not get to see is not known, and what it broke off at has failed.
      if (report.done.machines === true) report.found({ network: { reason: 'NetworkFailed', message } })
      else report.found({ machines: { reason: NOT_READ, message } })
      return outcome
    }
  }

  async #next(handOver: HandOver, check: () => Promise<void>, signal: AbortSignal): Promise<Outcome> {
    const report = this.#report
    const { plan, seen } = await this.#planner.next(this.#order)
    if (plan.kind === 'turned') return this.#end('refused', 'network', plan.finding)
    if (plan.kind === 'machines') return this.#giveMachines(plan.guests, handOver, check, signal)
    if (plan.kind === 'progressing') {
      report.found({ machines: plan.finding })
      return { kind: 'progressing' }
    }
    if (plan.kind === 'waits' && plan.part === 'machines') {
      const { judged } = plan
      const all = judged && (await this.#steps.machines.stays(this.#order, judged, signal))
      return this.#end('stuck', 'machines', all ?? plan.finding)
    }
    if (plan.kind === 'refused' && plan.machines) return this.#end('refused', 'machines', plan.finding)
    report.machinesGone()
    switch (plan.kind) {
      case 'waits':
        return this.#end('stuck', 'network', plan.finding)
      case 'refused':
        return this.#end('refused', 'network', plan.finding)
      case 'networks':
        report.numberIs(plan.number)
        return this.#removeNetworks(plan.wants, seen, check, signal)
      case 'pool':
      case 'gone': {
        const unconfirmed = this.#steps.networks.unconfirmed(this.#order.rangeId)
        if (unconfirmed !== undefined) return this.#removeNetworks(unconfirmed, seen, check, signal)
        report.networksGone()
        return plan.kind === 'pool' || !this.#steps.pool.isKnownGone(this.#order.rangeId)
          ? this.#removePool(check, signal)
          : this.#gone()
      }
    }
  }

  async #giveMachines(
    guests: readonly GuestSeen[],
    handOver: HandOver,
    check: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const order = this.#order
    const judged = await this.#steps.machines.judge(order, guests, signal)
    if (judged.kind === 'stuck') {
      this.#report.has(guests, { machines: judged.finding })
      return { kind: 'stalled', error: judged.finding.message }
    }
    const shown = guests.map(({ vmid }) => vmid)
    const hidden = await this.#steps.pool.whyNotWhole(order.rangeId, shown, signal)
    if (hidden !== undefined) return this.#end('refused', 'machines', hidden)
    this.#report.goes(guests)
    handOver(guests.map((guest) => this.#assignmentOf(guest, check)))
    return { kind: 'settled' }
  }

  #assignmentOf(guest: GuestSeen, check: () => Promise<void>): RemoveAssignment {
    const { vmid, name, node } = guest
    const report = this.#report
    return {
      kind: 'remove',
      order: this.#order,
      vmid,
      name,
      node,
      check,
      tell: (news) => report.vm(guest, news),
      onGone: () => {
        this.#steps.pool.emptied(this.#order.rangeId)
        report.vmGone(guest)
      },
    }
  }

  async #removeNetworks(
    wants: NetworkWants,
    seen: ClusterSnapshot,
    check: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const hidden = await this.#steps.pool.whyNotWhole(this.#order.rangeId, [], signal)
    if (hidden !== undefined) return this.#end('refused', 'network', hidden)
    this.#report.found({ network: { reason: 'Progressing', message: 'its network is being removed' } })
    const end = await this.#steps.networks.remove(wants, seen, check, signal)
    if (end.kind !== 'done') return this.#end(end.kind, 'network', end.finding)
    const { plan } = await this.#planner.next(this.#order)
    if (plan.kind === 'pool') {
      this.#report.networksGone()
      return this.#removePool(check, signal)
    }
    if (plan.kind !== 'gone' || this.#steps.networks.unconfirmed(this.#order.rangeId) !== undefined)
      return { kind: 'progressing' }
    this.#report.networksGone()
    return this.#removePool(check, signal)
  }

  async #removePool(check: () => Promise<void>, signal: AbortSignal): Promise<Outcome> {
    const end = await this.#steps.pool.remove(this.#order.rangeId, check, signal)
    return end.kind === 'done' ? this.#gone() : this.#end(end.kind, 'pool', end.finding)
  }

  #gone(): Outcome {
    this.#steps.pool.forget(this.#order.rangeId)
    this.#report.gone()
    this.#isOver = true
    return { kind: 'settled' }
  }

  /** `stuck`: a person comes first, so nothing but time or a change of the file leads to another look. */
  #end(how: 'stuck' | 'refused', part: 'machines' | 'network' | 'pool', finding: Finding): Outcome {
    this.#report.found({ [part]: finding })
    return { kind: how === 'stuck' ? 'stalled' : 'retry', error: finding.message }
  }
}
