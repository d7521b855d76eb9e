/** What was seen of the Ludus host's own network at one moment, as one immutable value: `lanista migrate host` works from it. */
export interface HostSeen {
  readonly devices: readonly DeviceSeen[]
  /** The main IPv4 table, those to one destination in the order in which the kernel takes them. */
  readonly routes: readonly TableRoute[]
  /** Whether the kernel forwards IPv4. */
  readonly forwarding: boolean
  /** The rules of the chain POSTROUTING in the table nat that masquerade, one for each time that they are there. */
  readonly masquerades: readonly Masquerade[]
  /** UDP sockets of servers. */
  readonly sockets: readonly SocketSeen[]
  /** Those services that were asked for. */
  readonly units: readonly UnitSeen[]
  /** The commands that are needed and not there, by the package that has them. */
  readonly missing: readonly string[]
}

/** A network device of the host. */
export interface DeviceSeen {
  readonly name: string
  readonly isUp: boolean
  /** IPv4 only, such as `192.0.2.254/24`. */
  readonly addresses: readonly string[]
  /** The bridge that it is a port of. */
  readonly master: string | undefined
  /** VLANs of a port of a VLAN-aware bridge; empty of others. */
  readonly vlans: readonly PortVlan[]
}

/** One VLAN of a bridge's port. */
export interface PortVlan {
  readonly vid: number
  /** What comes in without a tag is of this VLAN. */
  readonly isPvid: boolean
  /** It goes out without a tag. */
  readonly isUntagged: boolean
}

/** A route of the main table. */
export interface TableRoute {
  /** As `ip` spells it: `10.3.0.0/16`, `default`. */
  readonly destination: string
  /** Undefined when the destination is on the link itself, or the route is of a kind that has no gateway. */
  readonly via: string | undefined
  readonly dev: string | undefined
  /** Who made it: 2 the kernel. */
  readonly protocol: number
  readonly metric: number
}

/** `-s SOURCE -o OUT -j MASQUERADE`, as the kernel spells the source: `192.0.2.0/24`. */
export interface Masquerade {
  readonly source: string | undefined
  readonly out: string | undefined
}

export interface SocketSeen {
  /** `192.0.2.254`, `0.0.0.0`, `*`. */
  readonly address: string
  /** The one device that it is bound to. */
  readonly device: string | undefined
  readonly port: number
}

/** A service of systemd. */
export interface UnitSeen {
  /** `ludus` */
  readonly name: string
  /** False when systemd knows no such service. */
  readonly isLoaded: boolean
  readonly isActive: boolean
}

/** The route protocol of what the kernel itself adds with an address. */
export const BY_KERNEL = 2

/** The device of that name. */
export const deviceOf = ({ devices }: HostSeen, name: string): DeviceSeen | undefined =>
  devices.find((device) => device.name === name)
