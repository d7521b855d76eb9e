import { failure } from '../api-error.ts'
import { vnetsOf, zonesOn } from '../sdn-state.ts'
import type { ConfigValue, NodeState, World } from '../world.ts'
import { isNicKey, readNic, type Nic } from './nic-format.ts'

const isVnet = (world: World, node: NodeState, bridge: string): boolean =>
  zonesOn(world, node.name).some(([zone]) => vnetsOf(world, zone).some(([vnet]) => vnet === bridge))

const isMissing = (node: NodeState, { rest }: Nic): boolean =>
  rest['bridge'] !== undefined && !node.bridges.has(rest['bridge'])

const missing = ({ rest }: Nic): string => `bridge '${rest['bridge'] ?? ''}' does not exist`

/**
 * Why a NIC can't be connected on that very node; undefined when it can. A vnet without VLAN awareness takes no tag; on
 * an ordinary Linux bridge Proxmox makes a VLAN bridge by itself.
 */
const plugProblem = (world: World, node: NodeState, nic: Nic): string | undefined => {
  const { bridge, tag, trunks } = nic.rest
  if (bridge === undefined) return undefined
  if (isMissing(node, nic)) return missing(nic)
  if (tag === undefined && trunks === undefined) return undefined
  return node.bridges.get(bridge)?.vlanAware !== true && isVnet(world, node, bridge)
    ? `vm vlans are not allowed on vnet ${bridge}`
    : undefined
}

/** Throws when a NIC of a running VM can't be connected. */
export const checkPlug = (world: World, node: NodeState, value: ConfigValue): void => {
  const problem = plugProblem(world, node, readNic(String(value)))
  if (problem !== undefined) throw failure(problem)
}

/** Throws when the NIC of a running VM can't be put on another bridge or VLAN; a bridge that is not there is worded otherwise. */
export const checkOtherBridge = (world: World, node: NodeState, value: ConfigValue): void => {
  const nic = readNic(String(value))
  if (isMissing(node, nic)) throw failure(`interface ${nic.rest['bridge'] ?? ''} does not exist`)
  checkPlug(world, node, value)
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
  for (const [, nic] of cards(config)) if (nic.model === 'virtio' && isMissing(node, nic)) throw failure(missing(nic))
  for (const [key, nic] of cards(config)) {
    const problem = plugProblem(world, node, nic) ?? firewallProblem(vmid, key, nic)
    if (problem === undefined) continue
    const script = '/usr/libexec/qemu-server/pve-bridge'
    const device = `type=tap,id=${key},ifname=tap${vmid}i${key.slice(3)},script=${script},downscript=${script}down`
    log(problem)
    log(`kvm: -netdev ${device}: network script ${script} failed with status 6400`)
    throw failure('start failed: QEMU exited with code 1')
  }
}
