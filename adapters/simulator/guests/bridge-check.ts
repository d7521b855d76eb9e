import { failure } from '../api-error.ts'
import { bridgeMtu } from '../bridge-mtu.ts'
import { isOnNode } from '../sdn-state.ts'
import type { ConfigValue, NodeState, World } from '../world.ts'
import { isNicKey, readNic, type Nic } from './nic-format.ts'

/** `bridge`, `tag` and `trunks` of a card. */
type Wiring = Readonly<Record<string, string>>

/** Is there no such bridge in the node's kernel. */
export const isMissing = (node: NodeState, bridge: string): boolean => !node.bridges.has(bridge)

/** How Proxmox tells of a bridge that is not there. */
export const missing = (bridge: string): string => `bridge '${bridge}' does not exist`

/** A vnet whose zone does not reach the node. The zone counts as configured: its list of nodes holds before it is applied. */
const keptOff = ({ sdn }: World, node: NodeState, bridge: string): string | undefined => {
  const zone = sdn.configured.zones.get(String(sdn.running.vnets.get(bridge)?.['zone']))
  return zone === undefined || isOnNode(zone, node.name) ? undefined : `vnet ${bridge} is not allowed on this node`
}

/** A vnet without VLAN awareness takes no tag; on an ordinary Linux bridge Proxmox makes a VLAN bridge by itself. */
const vlansRefused = ({ sdn }: World, node: NodeState, bridge: string, { tag, trunks }: Wiring): string | undefined => {
  if (tag === undefined && trunks === undefined) return undefined
  return node.bridges.get(bridge)?.vlanAware !== true && sdn.running.vnets.has(bridge)
    ? `vm vlans are not allowed on vnet ${bridge} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 246.`
    : undefined
}

/** Why a NIC can't be connected on that very node; undefined when it can. */
const plugProblem = (world: World, node: NodeState, nic: Nic): string | undefined => {
  const { bridge } = nic.rest
  if (bridge === undefined) return undefined
  if (isMissing(node, bridge)) return missing(bridge)
  return keptOff(world, node, bridge) ?? vlansRefused(world, node, bridge, nic.rest)
}

/** Of what its scripts complain about QEMU tells only how they ended. */
const scriptFailed = 'failed with status 6400'

/** Throws when a new NIC of a running VM can't be connected. */
export const checkPlug = (world: World, node: NodeState, vmid: number, value: ConfigValue): void => {
  if (plugProblem(world, node, readNic(String(value))) === undefined) return
  const script = '/usr/libexec/qemu-server/pve-bridge-hotplug'
  throw failure(`VM ${vmid} qmp command 'netdev_add' failed - network script ${script} ${scriptFailed}`)
}

/**
 * Throws when the NIC of a running guest can't be put on another bridge or VLAN. Whether the bridge is there is asked last: one that is
 * missing knows no VLANs.
 */
export const checkOtherBridge = (world: World, node: NodeState, wiring: Wiring): void => {
  const { bridge } = wiring
  if (bridge === undefined) return
  const problem = keptOff(world, node, bridge) ?? vlansRefused(world, node, bridge, wiring)
  if (problem !== undefined) throw failure(problem)
  if (isMissing(node, bridge)) throw failure(`interface ${bridge} does not exist`)
}

/** Why QEMU is not even begun for a card with an MTU of its own; only virtio cards take one. */
const mtuProblem = (world: World, key: string, { model, rest: { bridge, mtu } }: Nic): string | undefined => {
  if (model !== 'virtio' || bridge === undefined || mtu === undefined || mtu === '1') return undefined
  const [most, own] = [bridgeMtu(world, bridge), Number(mtu)]
  if (own < 576) return `netdev ${key}: MTU '${mtu}' is smaller than the IP minimum MTU '576'`
  if (own <= most) return undefined
  return (
    `netdev ${key}: MTU '${mtu}' is bigger than the bridge MTU '${most}' - adjust the MTU for the network device in the VM ` +
    'configuration, while ensuring that the bridge is configured as desired.'
  )
}

/** Linux takes no longer name for an interface. */
const longestName = 15

/** A NIC with `firewall=1` gets a bridge of its own, whose name is too long for a long VMID's eleventh NIC and later ones. */
const firewallProblem = (vmid: number, key: string, { rest }: Nic): string | undefined => {
  const name = `fwbr${vmid}i${key.slice(3)}`
  if (rest['firewall'] !== '1' || rest['bridge'] === undefined || name.length <= longestName) return undefined
  return `command '/sbin/ip link add name ${name} type bridge' failed: exit code 255`
}

const cards = (config: ReadonlyMap<string, ConfigValue>): readonly (readonly [string, Nic])[] =>
  [...config.keys()]
    .filter(isNicKey)
    .toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)))
    .map((key) => [key, readNic(String(config.get(key)))] as const)

/**
 * Throws unless a starting VM's NICs can all be connected. A virtio card's bridge is looked at before QEMU starts and
 * names itself; whatever else is wrong comes out of QEMU's script: the reason is in the log only.
 */
export const checkBridges = (
  world: World,
  node: NodeState,
  { vmid, config }: { readonly vmid: number; readonly config: ReadonlyMap<string, ConfigValue> },
  log: (line: string) => void,
): void => {
  for (const [key, nic] of cards(config)) {
    const { bridge } = nic.rest
    if (nic.model === 'virtio' && bridge !== undefined && isMissing(node, bridge)) throw failure(missing(bridge))
    const problem = mtuProblem(world, key, nic)
    if (problem !== undefined) throw failure(problem)
  }
  for (const [key, nic] of cards(config)) {
    const problem = plugProblem(world, node, nic) ?? firewallProblem(vmid, key, nic)
    if (problem === undefined) continue
    const script = '/usr/libexec/qemu-server/pve-bridge'
    const device = `type=tap,id=${key},ifname=tap${vmid}i${key.slice(3)},script=${script},downscript=${script}down`
    log(problem)
    log(`kvm: -netdev ${device}: network script ${script} ${scriptFailed}`)
    throw failure('start failed: QEMU exited with code 1')
  }
}
