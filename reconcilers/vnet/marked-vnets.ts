import type { VnetSeen } from '../../model/snapshot.ts'
import { isMarked, vnetOwner } from '../network-owner.ts'

/** The names of the VNets that carry this owner mark, also those whose deletion is pending. */
export const markedVnets = ({ vnets }: { readonly vnets: readonly VnetSeen[] }, mark: string): readonly string[] =>
  vnets.filter((vnet) => isMarked(vnetOwner(vnet), mark)).map(({ name }) => name)
