import { splitList } from '../formats.ts'
import type { Call } from '../route.ts'
import type { ConfigValue } from '../world.ts'
import { isNicKey, readNic } from './nic-format.ts'

/** Zone under whose path a bridge's rights are kept: the vnet's, or `localnetwork` for everything else. */
const zoneOf = (call: Call, bridge: string): string => {
  const zone = call.sim.world.sdn.configured.vnets.get(bridge)?.['zone']
  return zone === undefined ? 'localnetwork' : String(zone)
}

/** The VLANs of `2;5-7`, each by itself. */
const vlansIn = (trunks: string): readonly number[] =>
  splitList(trunks).flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
  })

/** Throws 403 unless the caller may use a card's bridge; for a card with VLANs the right to each of them is enough. */
export const checkBridgeUse = (call: Call, { bridge, tag, trunks }: Readonly<Record<string, string>>): void => {
  if (bridge === undefined || call.user === 'root@pam') return
  const path = `/sdn/zones/${zoneOf(call, bridge)}/${bridge}`
  const vlans = [...(tag === undefined ? [] : [Number(tag)]), ...vlansIn(trunks ?? '')]
  for (const each of vlans.length === 0 ? [path] : vlans.map((vlan) => `${path}/${vlan}`)) call.require(each, 'SDN.Use')
}

/** The same for all NICs of a configuration. */
export const checkBridgeAccess = (call: Call, config: ReadonlyMap<string, ConfigValue>): void => {
  for (const [key, value] of config) if (isNicKey(key)) checkBridgeUse(call, readNic(String(value)).rest)
}
