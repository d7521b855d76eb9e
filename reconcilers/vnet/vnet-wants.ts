import { NAT_MARK, NAT_VNET, ownerMark, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VnetWant } from '../../model/plan/network-plan.ts'

/** The two VNets of a range: the NAT VNet all ranges share, and its own. */
export function vnetWantsOf(
  rangeId: string,
  number: number,
  numberWasAsked: boolean,
  settings: Pick<PlanSettings, 'zone' | 'vxlanTagBase'>,
): readonly VnetWant[] {
  const { zone, vxlanTagBase } = settings
  return [
    {
      name: NAT_VNET.name,
      config: { zone, tag: NAT_VNET.tag, alias: NAT_MARK, vlanAware: true },
      correctDrift: false,
      adoptUnmarked: true,
    },
    {
      name: vnetName(number),
      config: { zone, tag: vxlanTagBase + number, alias: ownerMark(rangeId), vlanAware: true },
      correctDrift: true,
      adoptUnmarked: numberWasAsked,
    },
  ]
}
