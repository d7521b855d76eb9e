import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { Logger } from '../../model/ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { removalWaits } from '../../reconcilers/removal/plan-removal.ts'
import { removeVm } from '../../reconcilers/vm/remove-vm.ts'
import { whyReadStays } from '../../reconcilers/vm/why-guest-stays.ts'
import type { RemovalReport } from './removal-report.ts'
import type { StepEnd } from './removal-step-end.ts'

/** What came of removing a range's VMs. */
export interface MachinesRemoved {
  /** Whether any is gone now. */
  readonly some: boolean
  readonly end: StepEnd
}

/** Why which of these VMs must not go, as their own nodes say just now. Throws when one can't be looked at. */
export async function whyTheyStay(
  { rangeId }: RemovalOrder,
  guests: readonly GuestSeen[],
  machines: Pick<Machines, 'read'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const reads = await Promise.all(guests.map(({ node, vmid }) => machines.read(node, vmid, signal)))
  return guests.flatMap(({ name }, index) => {
    const read = reads[index]
    return (read && whyReadStays(read, name, rangeId)) ?? []
  })
}

/** The first step of a removal: the range's VMs, side by side. */
export class RemovalOfMachines {
  readonly #machines: Machines
  readonly #pools: Pools
  readonly #logger: Logger

  constructor(machines: Machines, pools: Pools, logger: Logger) {
    this.#machines = machines
    this.#pools = pools
    this.#logger = logger
  }

  /**
   * Looks at every VM, and only if each may go begins with any. Throws when one can't be looked at, and when aborted.
   *
   * @param report told of what is going on, after each change
   */
  async remove(
    order: RemovalOrder,
    guests: readonly GuestSeen[],
    report: RemovalReport,
    signal: AbortSignal,
  ): Promise<MachinesRemoved> {
    report.goes(guests)
    const stays = await whyTheyStay(order, guests, this.#machines, signal)
    if (stays.length > 0) return { some: false, end: { kind: 'stuck', finding: removalWaits(order, stays) } }
    report.progress()
    const results = await Promise.all(guests.map((guest) => this.#removeOne(order, guest, report, signal)))
    signal.throwIfAborted()
    const troubles = results.flatMap(({ trouble }) => trouble ?? [])
    const [first] = troubles
    const some = results.some(({ trouble }) => trouble === undefined)
    if (first === undefined) return { some, end: { kind: 'done' } }
    const more = troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : ''
    const message = `range ${order.rangeId}: ${troubles.length} of its VMs are not gone; ${first}${more}`
    const finding = { reason: 'VmTrouble', message }
    return { some, end: { kind: results.some(({ passes }) => passes) ? 'refused' : 'stuck', finding } }
  }

  async #removeOne(
    { rangeId, why }: RemovalOrder,
    { vmid, node, name }: GuestSeen,
    report: RemovalReport,
    signal: AbortSignal,
  ): Promise<{ readonly trouble: string | undefined; readonly passes: boolean }> {
    const [machines, pools] = [this.#machines, this.#pools]
    const work = { vm: { rangeId, vmid, name }, node, machines, pools, signal }
    try {
      const removed = await removeVm(work, (phase) => {
        this.#logger.info(phase, { range: rangeId, vm: name, vmid, node, why })
        report.vmIs(vmid, phase)
      })
      if (removed.kind === 'stays') {
        report.vmIs(vmid, 'blocked', removed.why)
        return { trouble: removed.why, passes: false }
      }
      this.#logger.info('gone', { range: rangeId, vm: name, vmid, node })
      report.vmGone(vmid)
      return { trouble: undefined, passes: true }
    } catch (error) {
      signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      const trouble = `vm ${name}: ${'error' in outcome ? outcome.error : String(error)}`
      this.#logger.warn('vm is not gone', { range: rangeId, vm: name, vmid, node, error })
      report.vmIs(vmid, 'blocked', trouble)
      return { trouble, passes: outcome.kind === 'retry' }
    }
  }
}
