import type { Finding } from '../../model/condition.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { NicReader, NicSeen } from '../../model/network-ports.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { networkInUse } from '../../reconcilers/network-in-use.ts'

/**
 * The NICs of these guests on each of these networks, now or from the guest's next start on, by the network's name;
 * networks without any are left out. Throws when a guest's NICs can't be read: then nothing is known.
 */
export async function nicsOn(
  networks: readonly string[],
  guests: readonly GuestSeen[],
  nics: NicReader,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly NicSeen[]>> {
  const found = new Map<string, readonly NicSeen[]>()
  for (const name of new Set(networks)) {
    const those = await nics.on(name, guests, signal)
    if (those.length > 0) found.set(name, those)
  }
  return found
}

/** Why one of the networks that are to go can't: a guest has a NIC on it, of a bridge a guest on its node. */
export async function whyInUse(
  wants: NetworkWants,
  guests: readonly GuestSeen[],
  nics: NicReader,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const names = wants.removals.map(({ name }) => name)
  const near = wants.kind === 'vnets' ? guests : guests.filter(({ node }) => node === wants.node)
  const [used] = await nicsOn(names, near, nics, signal)
  return used && networkInUse(`${wants.kind === 'vnets' ? 'vnet' : 'bridge'} ${used[0]}`, used[1])
}
