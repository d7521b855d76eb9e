import type { Finding } from '../../model/condition.ts'
import { NAT_HOST } from '../../model/identity.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'

/** What a check of the NAT network's bridge found. A person makes and changes it; Lanista never does. */
export type NatBridgeCheck =
  | { readonly kind: 'unusable'; readonly finding: Finding }
  | { readonly kind: 'usable'; readonly notes: readonly string[] }

/** Checks that the bridge of `ludus_nat_interface` can take the routers' first NICs: it is there, a bridge, and up. */
export function checkNatBridge({ node, interfaces }: NodeNetworkSeen, name: string): NatBridgeCheck {
  const seen = interfaces.find((each) => each.name === name)
  if (seen === undefined) {
    return unusable(
      'NatBridgeMissing',
      `bridge ${name}: node ${node} has no such bridge, and every range's router needs it (ludus_nat_interface); ` +
        `create it: ${node} > System > Network > Create > Linux Bridge, name ${name}, ` +
        `IPv4/CIDR ${NAT_HOST.address}/${NAT_HOST.prefix}, then Apply Configuration; or ` +
        `pvesh create /nodes/${node}/network --iface ${name} --type bridge --cidr ${NAT_HOST.address}/${NAT_HOST.prefix} --autostart 1 ` +
        `&& ${applyLine(node)}; where it exists, the API token lacks SDN.Audit on /sdn/zones/localnetwork/${name}`,
    )
  }
  if (seen.type !== 'bridge' && seen.type !== 'OVSBridge') {
    return unusable(
      'NatBridgeNotBridge',
      `bridge ${name}: on node ${node} it is of type ${seen.type}, and VMs need a bridge; set ludus_nat_interface to a bridge`,
    )
  }
  if (!seen.active) {
    return unusable(
      'NatBridgeDown',
      `bridge ${name}: node ${node} has it configured and not up; bring it up: ${node} > System > Network > Apply Configuration, or ${applyLine(node)}`,
    )
  }
  const notes = seen.addresses.some((address) => address.startsWith(NAT_HOST.network))
    ? []
    : [
        `bridge ${name} has no address of ${NAT_HOST.network}0/${NAT_HOST.prefix} on node ${node}; Ludus' host has ${NAT_HOST.address} there, and routers find no way out without a host of that address`,
      ]
  return { kind: 'usable', notes }
}

const applyLine = (node: string): string => `pvesh set /nodes/${node}/network`

const unusable = (reason: string, message: string): NatBridgeCheck => ({
  kind: 'unusable',
  finding: { reason, message },
})
