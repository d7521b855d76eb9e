import { rangeIdOfMark, rangeNumberOfVnet } from '../../model/identity.ts'
import type { ClusterSnapshot, VnetSeen } from '../../model/snapshot.ts'
import type { NumberedNetwork } from '../range-number.ts'

/** The VNets whose names spell range numbers. */
export const numberedVnets = ({ vnets }: Pick<ClusterSnapshot, 'vnets'>): readonly NumberedNetwork[] =>
  vnets.flatMap((vnet) => {
    const number = rangeNumberOfVnet(vnet.name)
    return number === undefined ? [] : [{ number, rangeId: rangeIdOfVnet(vnet) }]
  })

/** The range that a VNet's alias names, as configured or, when its deletion is pending, as it runs. */
const rangeIdOfVnet = ({ configured, running }: VnetSeen): string | undefined =>
  rangeIdOfMark((configured ?? running)?.alias)
