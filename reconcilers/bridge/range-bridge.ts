import { BRIDGE_VIDS, ownerMark, rangeNumberOfBridge } from '../../model/identity.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import { bridgeOwner, rangeIdOf } from '../network-owner.ts'
import type { NumberedNetwork } from '../range-number.ts'

/**
 * Where an interface differs from a range bridge as Lanista makes it, in words; empty when it does not. Ludus' own are
 * the same: no ports, VLAN-aware, VLANs 2-4094. What a person added besides (an address, an MTU) is no difference.
 */
export function driftOf({ vlanAware, vids, ports, autostart }: InterfaceSeen): readonly string[] {
  return [
    ...(vlanAware ? [] : ['is not VLAN-aware']),
    ...(vlanAware && (vids ?? BRIDGE_VIDS) !== BRIDGE_VIDS
      ? [`carries only the VLANs ${vids}, not ${BRIDGE_VIDS}`]
      : []),
    ...(ports.length === 0 ? [] : [`has ${ports.join(', ')} attached, which would let the range out`]),
    ...(autostart ? [] : ['would not come up at boot']),
  ]
}

/** Bridges that carry an owner mark and are as Lanista makes them, by name, with that mark. */
export function bridgesAsMade({ interfaces }: NodeNetworkSeen): ReadonlyMap<string, string> {
  return new Map(
    interfaces.flatMap((seen): [string, string][] => {
      const { name, type } = seen
      const made = type === 'bridge' && rangeNumberOfBridge(name) !== undefined && driftOf(seen).length === 0
      const owner = bridgeOwner(seen)
      return made && owner.kind === 'range' ? [[name, ownerMark(owner.rangeId)]] : []
    }),
  )
}

/** The interfaces whose names spell range numbers. */
export const numberedBridges = ({ interfaces }: NodeNetworkSeen): readonly NumberedNetwork[] =>
  interfaces.flatMap((seen) => {
    const number = rangeNumberOfBridge(seen.name)
    return number === undefined ? [] : [{ number, rangeId: rangeIdOf(bridgeOwner(seen)) }]
  })
