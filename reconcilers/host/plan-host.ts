import {
  DNSMASQ_UNIT,
  type FileChange,
  HOST_PATHS,
  type HostPlan,
  type HostStep,
  type HostTarget,
  LUDUS_UNITS,
  NAT_DEVICE,
} from '../../model/host-migration.ts'
import { deviceOf, type HostSeen } from '../../model/host-seen.ts'
import { type DnsmasqFile, rewriteDnsmasq } from './rewrite-dnsmasq.ts'
import { rewriteInterfaces } from './rewrite-interfaces.ts'
import { routesLost, wantedRoutes } from './host-routes.ts'
import { hasNatAddress, whyNotHeld } from './what-holds.ts'

/** What the host's part is planned from. */
export interface HostGround {
  readonly seen: HostSeen
  readonly target: HostTarget
  readonly interfaces: string
  /** Whether `/etc/network/interfaces.new` is there. */
  readonly isStaged: boolean
  readonly dnsmasq: readonly DnsmasqFile[]
  readonly config: FileChange
  /** What the caller found in the way already. */
  readonly inTheWay: readonly string[]
}

/**
 * Plans the way of the host from the NAT bridge to the NAT VNet: which files change and how, and the commands in order.
 * What holds already is left out, so that planning the achieved host is empty.
 */
export function planHost(ground: HostGround): HostPlan {
  const { target, config, dnsmasq } = ground
  const interfaces = rewriteInterfaces(ground.interfaces, target)
  const served = rewriteDnsmasq(dnsmasq, target.bridge)
  const network = { path: HOST_PATHS.interfaces, before: ground.interfaces, after: interfaces.text }
  const changes: readonly FileChange[] = [
    config,
    network,
    ...served.files.map(({ path, text }, index) => ({ path, before: dnsmasq[index]?.text ?? '', after: text })),
  ]
  const files = changes.filter(({ before, after }) => before !== after)
  const inTheWay = [...ground.inTheWay, ...whatIsInTheWay(ground), ...interfaces.inTheWay, ...served.inTheWay]
  const steps = stepsOf(files, ground)
  return { target, files, steps, inTheWay, notes: [...interfaces.notes, ...notesOf(ground)] }
}

function stepsOf(files: readonly FileChange[], ground: HostGround): readonly HostStep[] {
  const { seen, target, config, interfaces } = ground
  const isWritten = (path: string): boolean => files.some((file) => file.path === path)
  const writes = (paths: readonly string[]): readonly HostStep[] => paths.map((path) => ({ kind: 'write', path }))
  const unlessHeld = (step: HostStep): readonly HostStep[] =>
    whyNotHeld(step, seen, target) === undefined ? [] : [step]
  const ludus = LUDUS_UNITS.filter((name) => seen.units.some((unit) => unit.name === name && unit.isLoaded))
  const networkFiles: ReadonlySet<string> = new Set([config.path, HOST_PATHS.interfaces])
  const served = files.map(({ path }) => path).filter((path) => !networkFiles.has(path))
  const up: HostStep = { kind: 'up', device: NAT_DEVICE }
  const restart: HostStep = { kind: 'restart', units: [DNSMASQ_UNIT] }
  return [
    ...(isWritten(config.path) ? writes([config.path]) : []),
    ...(isWritten(config.path) && ludus.length > 0 ? [{ kind: 'restart', units: ludus } as const] : []),
    ...(isWritten(HOST_PATHS.interfaces) ? writes([HOST_PATHS.interfaces]) : []),
    // The rule of the bridge is the very same as the device's, so what is seen before does not tell whether the device has its own.
    ...(isWritten(HOST_PATHS.interfaces) ? [up] : unlessHeld(up)),
    ...writes(served),
    ...(served.length > 0 ? [restart] : unlessHeld(restart)),
    ...(hasNatAddress(seen, target.bridge) ? [{ kind: 'down', device: target.bridge } as const] : []),
    ...wantedRoutes(seen, interfaces, target.bridge).flatMap((route) => unlessHeld({ kind: 'add-route', ...route })),
  ]
}

function whatIsInTheWay({ seen, target: { bridge }, isStaged }: HostGround): readonly string[] {
  const device = deviceOf(seen, NAT_DEVICE)
  return [
    ...(device === undefined
      ? [
          `${NAT_DEVICE}: there is no such device on this host, so the NAT VNet is not in force here; have it made in the zone and applied (Datacenter, SDN), and look here with: ip link show ${NAT_DEVICE}`,
        ]
      : []),
    ...(isStaged
      ? [
          `${HOST_PATHS.stagedInterfaces}: a network change is staged in Proxmox, and would take the place of what is written here; apply it or revert it first (this node, System, Network)`,
        ]
      : []),
    ...routesLost(seen, bridge).map(
      ({ destination }) =>
        `route ${destination}: it leads into ${bridge} in a way that can't be made anew by ${NAT_DEVICE}; remove it, and set it up anew afterwards`,
    ),
  ]
}

/** What is to be known of the host although it hinders nothing. */
function notesOf({ seen, target: { bridge }, config }: HostGround): readonly string[] {
  const ports = seen.devices.filter(({ master }) => master === bridge)
  const builds = /^ludus_nat_interface\s*:\s*["']?([^"'#\s]+)/m.exec(config.before)?.[1] ?? 'vmbr1000'
  return [
    ...(ports.length > 0 && hasNatAddress(seen, bridge)
      ? [
          `${bridge}: ${ports.length} NICs are plugged into it, and don't reach this host from then on until they are moved to ${NAT_DEVICE}; better move them first: lanista migrate run`,
        ]
      : []),
    ...(config.before !== config.after &&
    !seen.units.some(({ name, isLoaded }) => isLoaded && LUDUS_UNITS.includes(name))
      ? [
          `${LUDUS_UNITS.join(', ')}: this host has no such services, so nobody is restarted for ${config.path}; restart Ludus where it runs`,
        ]
      : []),
    ...(builds !== NAT_DEVICE
      ? [
          `${config.path}: ludus_nat_interface says ${builds}, on which Ludus goes on building templates; set it to ${NAT_DEVICE} once all NICs are moved`,
        ]
      : []),
  ]
}
