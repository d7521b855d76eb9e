import { NAT_HOST, NAT_VNET } from './identity.ts'

/**
 * The host's part of the way from bridges to SDN: the address that all routers reach the host by goes from the NAT bridge
 * to the NAT VNet. What is changed where follows Ludus' own description of the way ("Migrating an existing install",
 * https://docs.ludus.cloud, infrastructure operations, cluster), its templates and its server.
 */
export interface HostTarget {
  /** The NAT bridge: `vmbr1000`, or what `ludus_nat_interface` says. */
  readonly bridge: string
  /** The device of the host by which packets leave: that of the default route. */
  readonly outgoing: string
}

/** The device that the NAT VNet is on each node. */
export const NAT_DEVICE: string = NAT_VNET.name

/** The host's address on the NAT network, as `ip` and `/etc/network/interfaces` spell it. */
export const NAT_ADDRESS = `${NAT_HOST.address}/${NAT_HOST.prefix}`

/** The NAT network, as the kernel spells it in rules and routes. */
export const NAT_NETWORK = `${NAT_HOST.network}0/${NAT_HOST.prefix}`

/** What serves DHCP and names on the NAT network. */
export const DNSMASQ_UNIT = 'dnsmasq'

/** Ludus' services, which read `config.yml` when they start. */
export const LUDUS_UNITS: readonly string[] = ['ludus', 'ludus-admin']

/** Where Debian's ifupdown2 and dnsmasq look, and Ludus' installer writes. */
export const HOST_PATHS = {
  interfaces: '/etc/network/interfaces',
  /** What is staged in Proxmox, and takes the place of `interfaces` with the next reload of whoever it may be. */
  stagedInterfaces: '/etc/network/interfaces.new',
  dnsmasqConfig: '/etc/dnsmasq.conf',
  dnsmasqFolder: '/etc/dnsmasq.d',
} as const

/** What is to become of one file. In both texts each character stands for one byte, whatever the encoding. */
export interface FileChange {
  readonly path: string
  readonly before: string
  readonly after: string
}

/** One thing to do on the host; each can be done again. */
export type HostStep =
  | { readonly kind: 'write'; readonly path: string }
  | { readonly kind: 'restart'; readonly units: readonly string[] }
  /** `ifup` */
  | { readonly kind: 'up'; readonly device: string }
  /** `ifdown` */
  | { readonly kind: 'down'; readonly device: string }
  | { readonly kind: 'add-route'; readonly destination: string; readonly via: string; readonly dev: string }

/** All that is to be done on the host, in order, or what is in the way of it. */
export interface HostPlan {
  readonly target: HostTarget
  readonly files: readonly FileChange[]
  readonly steps: readonly HostStep[]
  /** Nothing is done while there is any. Each has subject, finding, remedy. */
  readonly inTheWay: readonly string[]
  /** What a person should know of besides. */
  readonly notes: readonly string[]
}

/** The command line of a step, as a person would type it; of a file, that it is written. */
export function commandOf(step: HostStep): string {
  switch (step.kind) {
    case 'write':
      return `write ${step.path}`
    case 'restart':
      return `systemctl restart ${step.units.join(' ')}`
    case 'up':
      return `ifup ${step.device}`
    case 'down':
      return `ifdown ${step.device}`
    case 'add-route':
      return `ip route add ${step.destination} via ${step.via} dev ${step.dev}`
    default:
      return step satisfies never
  }
}
