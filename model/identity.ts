/**
 * Names, numbers and marks by which Lanista recognises what is its own.
 *
 * Everything here is derived from a range's id and number, never remembered: whoever knows those two finds the
 * range's VNet, VMs and addresses again, after a crash as well as before.
 */

/** Range numbers are 1..153: Ludus gives a router `192.0.2.<100+N>`, and the NAT network ends at `.253` for routers. */
export const RANGE_NUMBERS = { first: 1, last: 153 } as const

/** The NAT network's VNet: every router's `net0` is on it. Name and first tag are Ludus' own. */
export const NAT_VNET = { name: 'ludusnat', tag: 16_777_215 } as const

/** Ludus' NAT bridge, unless `ludus_nat_interface` names another. */
const NAT_BRIDGE = 'vmbr1000'

/**
 * The NAT bridge that machines on VNets may have been on before. `ludus_nat_interface` names the VNet itself once an installation has
 * moved, as Ludus builds its templates there.
 */
export const formerNatBridge = (configured: string): string => (configured === NAT_VNET.name ? NAT_BRIDGE : configured)

/** The tag on every VM that Lanista has configured. Proxmox lower-cases and sorts tags. */
export const OWNER_TAG = 'lanista'

/** VLAN and last octet of a range's router inside the range, by Ludus' addressing (`10.N.<vlan>.254`). */
export const ROUTER_ADDRESS = { vlan: 1, lastOctet: 254 } as const

/** The VNet of range number N. At most 4 characters, within Proxmox' 8. */
export const vnetName = (rangeNumber: number): string => `r${rangeNumber}`

/** The number in a range VNet's name, or undefined when the name is not one of ours. */
export function rangeNumberOfVnet(name: string): number | undefined {
  const digits = /^r([1-9][0-9]{0,2})$/.exec(name)?.[1]
  const number = Number(digits)
  return digits !== undefined && number <= RANGE_NUMBERS.last ? number : undefined
}

/** The bridge of range number N on a single node: Ludus' own name. */
export const bridgeName = (rangeNumber: number): string => `vmbr${1000 + rangeNumber}`

/** The number in a range bridge's name, or undefined when the name is not one of ours. */
export function rangeNumberOfBridge(name: string): number | undefined {
  const number = Number(/^vmbr([1-9][0-9]{3})$/.exec(name)?.[1]) - 1000
  return number >= RANGE_NUMBERS.first && number <= RANGE_NUMBERS.last ? number : undefined
}

/** The VLANs a range bridge carries, in Proxmox' words: all that a NIC can have. */
export const BRIDGE_VIDS = '2-4094'

/** The host's address on the NAT network, and the network's range: Ludus' own. */
export const NAT_HOST = { address: '192.0.2.254', prefix: 24, network: '192.0.2.' } as const

/** The alias (VNet) or comment (bridge) that says which range a network belongs to. Legal in a VNet alias. */
export const ownerMark = (rangeId: string): string => `lanista range ${rangeId}`

/** The range id in an owner mark, or undefined when the text is not one. */
export const rangeIdOfMark = (text: string | undefined): string | undefined =>
  /^lanista range (\S+)$/.exec(text ?? '')?.[1]

/** The alias of the NAT VNet when Lanista creates it. */
export const NAT_MARK = 'lanista nat'

/** The tag that names a VM's range. Range ids that differ only in case are refused, so lower-casing loses nothing. */
export const rangeTag = (rangeId: string): string => rangeId.toLowerCase()

/**
 * True when Lanista has configured a VM with these tags for this range: both marks are written in that one write.
 * The owner tag alone is no proof, since a clone inherits its template's tags, and a template may have been a range's VM.
 */
export const isConfiguredFor = (rangeId: string, tags: readonly string[]): boolean =>
  tags.includes(OWNER_TAG) && tags.includes(rangeTag(rangeId))

/** Where a VM lives inside its range: `10.N.<vlan>.<lastOctet>`. */
export interface RangeAddress {
  readonly vlan: number
  readonly lastOctet: number
}

/** The IPv4 address of a VM of range N. */
export const addressOf = (rangeNumber: number, { vlan, lastOctet }: RangeAddress): string =>
  `10.${rangeNumber}.${vlan}.${lastOctet}`

/** The network of range N, as Ludus numbers it: everything its router stands before. */
export const rangeNetworkOf = (rangeNumber: number): string => `10.${rangeNumber}.0.0/16`

/** The number of the range whose network is exactly this one, or undefined when it is no range's. */
export function rangeNumberOfNetwork(network: string): number | undefined {
  const digits = /^10\.([1-9][0-9]{0,2})\.0\.0\/16$/.exec(network)?.[1]
  const number = Number(digits)
  return digits !== undefined && number <= RANGE_NUMBERS.last ? number : undefined
}

/** The address of the host itself in the NAT network 192.0.2.0/24, by Ludus' addressing. */
export const NAT_HOST_ADDRESS = '192.0.2.254'

/** The address of range N's router in the NAT network. */
export const routerWanAddressOf = (rangeNumber: number): string => `192.0.2.${100 + rangeNumber}`

/** True for an IPv4 address in the NAT network. */
export const isNatAddress = (address: string): boolean => address.startsWith('192.0.2.')

/**
 * The VMID that spells a VM's address: range 3, VLAN 10, octet 11 is 3010011. Two creations of the same VM thus ask
 * for the same VMID, and Proxmox refuses the second; no crash or race can make a twin.
 * Proxmox accepts VMIDs up to 999999999; the largest here is 153255254 plus the base.
 */
export const vmidOf = (rangeNumber: number, { vlan, lastOctet }: RangeAddress, vmidBase = 0): number =>
  vmidBase + rangeNumber * VMIDS_PER_RANGE + vlan * 1000 + lastOctet

/** A range's VMs have the VMIDs from its number times this on. */
export const VMIDS_PER_RANGE = 1_000_000

/** The comment that Lanista gives a range's pool, by which it knows it again. */
export const poolComment = (rangeId: string): string => `Ludus range ${rangeId}`
