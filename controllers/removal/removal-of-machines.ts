import type { Finding } from '../../model/condition.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import { always } from '../../model/permit.ts'
import type { Logger } from '../../model/ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { removalWaits } from '../../reconcilers/removal/plan-removal.ts'
import { removeVm } from '../../reconcilers/vm/remove-vm.ts'
import { whyReadStays } from '../../reconcilers/vm/why-guest-stays.ts'

/** What came of removing a range's VMs. */
export interface MachinesRemoved {
  /** Whether any is gone now. */
  readonly some: boolean
  /** What is in the way of the others; undefined when nothing is. */
  readonly finding: Finding | undefined
  /** True where trying again may help without a person. */
  readonly passes: boolean
}

interface Parts {
  readonly machines: Machines
  readonly pools: Pools
  readonly logger: Logger
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

/** Removes the VMs of one range, side by side, and knows how far each is. */
export class RemovalOfMachines {
  readonly #order: RemovalOrder
  readonly #parts: Parts
  readonly #signal: AbortSignal
  readonly #before: readonly VmStatus[]
  #vms: readonly VmStatus[]

  /** @param before the statuses of the range's VMs as last reported */
  constructor(order: RemovalOrder, before: readonly VmStatus[], parts: Parts, signal: AbortSignal) {
    this.#order = order
    this.#parts = parts
    this.#signal = signal
    this.#before = before
    this.#vms = before
  }

  /** Of the VMs that are left. */
  statuses(): readonly VmStatus[] {
    return this.#vms
  }

  /**
   * Looks at every VM, and only if each may go begins with any. Throws when one can't be looked at, and when aborted.
   *
   * @param report told of what is going on, after each change
   */
  async remove(guests: readonly GuestSeen[], report: (finding: Finding) => Promise<void>): Promise<MachinesRemoved> {
    const { rangeId } = this.#order
    this.#vms = guests.map((guest) => this.#statusOf(guest))
    const stays = await whyTheyStay(this.#order, guests, this.#parts.machines, this.#signal)
    if (stays.length > 0) return { some: false, finding: removalWaits(this.#order, stays), passes: false }
    const progress = (): Promise<void> =>
      report({
        reason: 'Progressing',
        message: `range ${rangeId}: it is to go (${this.#order.why}); ${this.#vms.length} of its VMs are left`,
      })
    await progress()
    const results = await Promise.all(guests.map((guest) => this.#removeOne(guest, progress)))
    this.#signal.throwIfAborted()
    const troubles = results.flatMap(({ trouble }) => trouble ?? [])
    const [first] = troubles
    const some = results.some(({ trouble }) => trouble === undefined)
    if (first === undefined) return { some, finding: undefined, passes: true }
    const more = troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : ''
    const message = `range ${rangeId}: ${troubles.length} of its VMs are not gone; ${first}${more}`
    return { some, finding: { reason: 'VmTrouble', message }, passes: results.some(({ passes }) => passes) }
  }

  async #removeOne(
    { vmid, node, name }: GuestSeen,
    progress: () => Promise<void>,
  ): Promise<{ readonly trouble: string | undefined; readonly passes: boolean }> {
    const { machines, pools, logger } = this.#parts
    const { rangeId } = this.#order
    const show = (phase: VmPhase, trouble?: string): void => {
      this.#vms = this.#vms.map((vm) => (vm.vmid === vmid ? { ...vm, phase, trouble } : vm))
      void progress()
    }
    const work = { vm: { rangeId, vmid, name }, node, machines, pools, permit: always(this.#signal) }
    try {
      const removed = await removeVm(work, (phase) => {
        logger.info(phase, { range: rangeId, vm: name, vmid, node, why: this.#order.why })
        show(phase)
      })
      if (removed.kind === 'stays') {
        show('blocked', removed.why)
        return { trouble: removed.why, passes: false }
      }
      logger.info('gone', { range: rangeId, vm: name, vmid, node })
      this.#vms = this.#vms.filter((vm) => vm.vmid !== vmid)
      void progress()
      return { trouble: undefined, passes: true }
    } catch (error) {
      this.#signal.throwIfAborted()
      const outcome = outcomeOfError(error)
      const trouble = `vm ${name}: ${'error' in outcome ? outcome.error : String(error)}`
      logger.warn('vm is not gone', { range: rangeId, vm: name, vmid, node, error })
      show('blocked', trouble)
      return { trouble, passes: outcome.kind === 'retry' }
    }
  }

  #statusOf({ vmid, node, name, status }: GuestSeen): VmStatus {
    const before = this.#before.find((vm) => vm.vmid === vmid)
    const phase = status === 'running' || status === 'paused' ? 'stopping' : 'deleting'
    return {
      name: name ?? `VM ${vmid}`,
      role: before?.role ?? 'vm',
      vmid,
      node,
      address: before?.address,
      phase,
      why: this.#order.why,
      trouble: undefined,
      remark: undefined,
    }
  }
}
