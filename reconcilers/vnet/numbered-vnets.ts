import { rangeNumberOfVnet } from '../../model/identity.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { rangeIdOf, vnetOwner } from '../network-owner.ts'
import type { NumberedNetwork } from '../range-number.ts'

/** The VNets whose names spell range numbers. */
export const numberedVnets = ({ vnets }: Pick<ClusterSnapshot, 'vnets'>): readonly NumberedNetwork[] =>
  vnets.flatMap((vnet) => {
    const number = rangeNumberOfVnet(vnet.name)
    return number === undefined ? [] : [{ number, rangeId: rangeIdOf(vnetOwner(vnet)) }]
  })
