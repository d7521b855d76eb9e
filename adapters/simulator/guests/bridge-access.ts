import type { Call } from '../route.ts'
import type { ConfigValue } from '../world.ts'
import { isNicKey, readNic } from './nic-format.ts'

/** Zone under whose path a bridge's rights are kept: the vnet's, or `localnetwork` for everything else. */
const zoneOf = (call: Call, bridge: string): string => {
  const zone = call.sim.world.sdn.configured.vnets.get(bridge)?.['zone']
  return zone === undefined ? 'localnetwork' : String(zone)
}

/** Throws 403 unless the caller may use the bridge of a NIC; the right to one VLAN of it is enough for a tagged one. */
const checkNicAccess = (call: Call, value: ConfigValue): void => {
  const { rest } = readNic(String(value))
  const { bridge, tag } = rest
  if (bridge === undefined || call.user === 'root@pam') return
  const path = `/sdn/zones/${zoneOf(call, bridge)}/${bridge}`
  call.require(tag === undefined ? path : `${path}/${tag}`, 'SDN.Use')
}

/** The same for all NICs of a configuration. */
export const checkBridgeAccess = (call: Call, config: ReadonlyMap<string, ConfigValue>): void => {
  for (const [key, value] of config) if (isNicKey(key)) checkNicAccess(call, value)
}
