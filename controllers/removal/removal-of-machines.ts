import type { Finding } from '../../model/condition.ts'
import type { Machines } from '../../model/machine-ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { removalWaits } from '../../reconcilers/removal/plan-removal.ts'
import { whyReadStays } from '../../reconcilers/vm/why-guest-stays.ts'

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
  readonly #machines: Pick<Machines, 'read'>

  constructor(machines: Pick<Machines, 'read'>) {
    this.#machines = machines
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
