import { rangeNumberOfBridge } from '../../model/identity.ts'
import { printable } from '../../model/printable.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import { bridgeOwner, isMarked } from '../network-owner.ts'

/** Why an interface is not removed as a range's bridge although its removal is wanted, and what would change that. */
export interface Stay {
  /** What follows the interface's name, such as `has eth1 attached`. */
  readonly why: string
  readonly remedy: string
}

/**
 * Lanista removes only what it could have made: a Linux bridge with a range bridge's name, whose comment is exactly the
 * range's mark, without ports, and that nothing else on the node rests on. The NAT bridge is everybody's.
 */
export function whyBridgeStays(
  seen: InterfaceSeen,
  mark: string,
  { node, interfaces }: NodeNetworkSeen,
  natBridge: string,
): Stay | undefined {
  const { name, type, ports } = seen
  const byHand = `if nothing needs it, remove it (${deletionLine(node, name)}), otherwise give it another comment`
  if (name === natBridge)
    return {
      why: 'is the bridge of the NAT network (ludus_nat_interface), which all ranges share',
      remedy: 'give it another comment',
    }
  if (!isMarked(bridgeOwner(seen), mark)) return { why: `has no comment "${printable(mark)}"`, remedy: byHand }
  if (type !== 'bridge') return { why: `is no Linux bridge but of type ${printable(type)}`, remedy: byHand }
  if (rangeNumberOfBridge(name) === undefined) return { why: 'has no name of a range bridge', remedy: byHand }
  if (ports.length > 0)
    return { why: `has ${ports.map((port) => printable(port)).join(', ')} attached`, remedy: 'detach that' }
  const above = restingOn(interfaces, name)
  return above.length === 0 ? undefined : { why: `carries ${above.join(', ')}`, remedy: `remove ${above.join(', ')}` }
}

/** How a person removes an interface by hand. */
export const deletionLine = (node: string, name: string): string =>
  `pvesh delete /nodes/${node}/network/${name} && pvesh set /nodes/${node}/network`

/** The interfaces of a node that a bridge can't go from under, as their own configurations tell. */
export const restingOn = (interfaces: readonly InterfaceSeen[], bridge: string): readonly string[] =>
  interfaces.filter((each) => restsOn(each, bridge)).map(({ name }) => printable(name))

const restsOn = ({ name, ports, over, options }: InterfaceSeen, bridge: string): boolean =>
  name !== bridge &&
  ([name, ...ports, ...over].some((each) => each.startsWith(`${bridge}.`)) ||
    name.startsWith(`${bridge}:`) ||
    [...ports, ...over, ...options.flatMap((line) => line.split(/\s+/))].includes(bridge))
