import { NAT_MARK, NAT_VNET, ownerMark, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ZoneCheck } from '../../model/zone-finding.ts'
import type { VnetWant } from '../../model/plan/network-plan.ts'

/** The two VNets of a range: the NAT VNet all ranges share, and its own. Proxmox takes no tag in a simple zone. */
export function vnetWantsOf(
  rangeId: string,
  number: number,
  numberWasAsked: boolean,
  { zone, vxlanTagBase, tagged }: Pick<PlanSettings, 'zone' | 'vxlanTagBase'> & Pick<ZoneCheck, 'tagged'>,
): readonly VnetWant[] {
  return [
    natWantOf({ zone, tagged }),
    {
      name: vnetName(number),
      config: {
        zone,
        tag: tagged ? vxlanTagBase + number : undefined,
        alias: ownerMark(rangeId),
        vlanAware: true,
      },
      correctDrift: true,
      adoptUnmarked: numberWasAsked,
    },
  ]
}

/** The NAT VNet alone, for machines that are on no range's. */
export const natWantOf = ({ zone, tagged }: Pick<PlanSettings, 'zone'> & Pick<ZoneCheck, 'tagged'>): VnetWant => ({
  name: NAT_VNET.name,
  config: { zone, tag: tagged ? NAT_VNET.tag : undefined, alias: NAT_MARK, vlanAware: true },
  correctDrift: false,
  adoptUnmarked: true,
})
