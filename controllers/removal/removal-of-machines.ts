import type { Finding } from '../../model/condition.ts'
import type { Machines } from '../../model/machine-ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { type GuestJudged, removalWaits } from '../../reconcilers/removal/plan-removal.ts'
import { holdsOn, whyReadStays } from '../../reconcilers/vm/why-guest-stays.ts'

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
    return read === undefined ? [] : whyReadStays(read, name, rangeId)
  })
}

/**
 * All that keeps VMs from going of which a look showed that some must not, as their own nodes say just now: whoever takes one thing
 * out of the way is not to find the next only then. What can't be read is not told. Throws only when aborted.
 */
export async function allThatStays(
  order: RemovalOrder,
  judged: readonly GuestJudged[],
  machines: Pick<Machines, 'read'>,
  signal: AbortSignal,
): Promise<Finding> {
  const found = await Promise.all(
    judged.map(async ({ guest: { kind, node, vmid, name }, why }) => {
      const told = why === undefined ? [] : [why]
      try {
        const read = kind === 'qemu' ? await machines.read(node, vmid, signal) : undefined
        if (read === undefined) return told
        return why === undefined ? whyReadStays(read, name, order.rangeId) : [why, ...holdsOn(read, name)]
      } catch {
        signal.throwIfAborted()
        return told
      }
    }),
  )
  return removalWaits(order, found.flat())
}

/** The first step of a removal: the range's VMs, side by side. */
export class RemovalOfMachines {
  readonly #machines: Pick<Machines, 'read'>

  constructor(machines: Pick<Machines, 'read'>) {
    this.#machines = machines
  }

  /** All that keeps VMs from going of which some must not, told at once. Throws only when aborted. */
  stays(order: RemovalOrder, judged: readonly GuestJudged[], signal: AbortSignal): Promise<Finding> {
    return allThatStays(order, judged, this.#machines, signal)
  }

  /**
   * Looks at every VM, and only if each may go says what each is to be handed. Throws when one can't be looked at, and when
   * aborted.
   */
  async judge(
    order: RemovalOrder,
    guests: readonly GuestSeen[],
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'may go' } | { readonly kind: 'stuck'; readonly finding: Finding }> {
    const stays = await whyTheyStay(order, guests, this.#machines, signal)
    return stays.length > 0 ? { kind: 'stuck', finding: removalWaits(order, stays) } : { kind: 'may go' }
  }
}
