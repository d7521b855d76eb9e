import { NAT_VNET } from '../../model/identity.ts'
import type { VnetSeen } from '../../model/snapshot.ts'
import { isMarked, vnetOwner } from '../network-owner.ts'

/**
 * The names of the VNets that carry this owner mark, also those whose deletion is pending. The NAT VNet is everybody's, whatever
 * its alias says.
 */
export const markedVnets = ({ vnets }: { readonly vnets: readonly VnetSeen[] }, mark: string): readonly string[] =>
  vnets.filter((vnet) => vnet.name !== NAT_VNET.name && isMarked(vnetOwner(vnet), mark)).map(({ name }) => name)
