import type { SdnWriter } from '../../model/network-ports.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/**
 * A look at the cluster before something of its SDN is changed.
 *
 * @param withSubnets read also which subnets are pending, of which the lists of zones and VNets don't tell: a read for
 *   each VNet
 * @param asOf `now` where it is about to be changed
 */
export async function lookAtSdn(
  proxmox: ClusterObserver & { readonly sdn: Pick<SdnWriter, 'pendingSubnets'> },
  withSubnets: boolean,
  signal: AbortSignal,
  asOf?: 'now',
): Promise<ClusterSnapshot> {
  const seen = await proxmox.observe(signal, asOf)
  if (!withSubnets) return seen
  const vnets = seen.vnets.flatMap(({ name, configured }) => (configured === undefined ? [] : [name]))
  const subnets = await proxmox.sdn.pendingSubnets(vnets, signal)
  return { ...seen, otherPending: [...seen.otherPending, ...subnets] }
}
