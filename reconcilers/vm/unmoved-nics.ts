import type { MachineRead } from '../../model/machine-ports.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { RangeNetworks } from './config-patch.ts'
import { type Wiring, wiringOf } from './nic-wiring.ts'

/** One NIC of a VM that is on a bridge of before, where its range is on VNets. */
export interface UnmovedNic extends Wiring {
  /** Such as `net0`. */
  readonly key: string
}

/**
 * NICs of a VM that a move of networks left on its range's bridge, or on that of the NAT network, or that a snapshot from before brought
 * back there. Of the NAT bridge only the router's own NIC counts: others are there because somebody put them. None where ranges get
 * bridges.
 */
export function unmovedNics(
  { role }: Pick<VmSpec, 'role'>,
  { names: { zones, former = [] } }: RangeNetworks,
  { config }: Pick<MachineRead, 'config'>,
): readonly UnmovedNic[] {
  if (zones === undefined) return []
  const [nat, range] = former
  return Object.entries(config).flatMap(([key, text]): UnmovedNic[] => {
    if (!/^net\d+$/.test(key)) return []
    const wiring = wiringOf(text)
    const isOld = wiring.bridge === range || (wiring.bridge === nat && role === 'router' && key === 'net0')
    return wiring.bridge !== undefined && isOld ? [{ key, ...wiring }] : []
  })
}

/** Nothing corrects it, as a correction moves no VM from one kind of network to the other. */
export function unmovedText(
  { name }: Pick<VmSpec, 'name'>,
  { rangeId, names }: RangeNetworks,
  unmoved: readonly UnmovedNic[],
): string {
  const on = unmoved.map(({ key, bridge }) => `${key} is on bridge ${bridge ?? ''}`).join(' and ')
  return `vm ${name}: ${on}, and its range is on VNet ${names.range}, so it does not reach the others there; a snapshot from before the move may have brought that back; move it (again): lanista migrate run --range ${rangeId}`
}
