import {
  DNSMASQ_UNIT,
  type HostStep,
  type HostTarget,
  NAT_ADDRESS,
  NAT_DEVICE,
  NAT_NETWORK,
} from '../../model/host-migration.ts'
import { deviceOf, type HostSeen } from '../../model/host-seen.ts'
import { NAT_HOST } from '../../model/identity.ts'

/**
 * Why what a step is for does not hold on the host, or undefined when it does. A file that was written is compared by who
 * wrote it; of a restart it can't be told whether it is still to come.
 */
export function whyNotHeld(step: HostStep, seen: HostSeen, target: HostTarget): string | undefined {
  switch (step.kind) {
    case 'write':
      return undefined
    case 'restart':
      return whyNotServing(step.units, seen)
    case 'up':
      return whyNotUp(step.device, seen, target)
    case 'down':
      return whyNotDown(step.device, seen, target)
    case 'add-route':
      return whyNoRoute(step, seen)
    default:
      return step satisfies never
  }
}

/** Why a device does not carry the NAT network: its link, the host's address, forwarding and the rule that masquerades. */
export function whyNotUp(name: string, seen: HostSeen, { outgoing }: HostTarget): string | undefined {
  const device = deviceOf(seen, name)
  if (device === undefined) return `${name}: there is no such device on this host`
  if (!device.isUp) return `${name}: the device is down`
  if (!device.addresses.includes(NAT_ADDRESS))
    return `${name}: it has ${device.addresses.join(', ') || 'no address'}, not ${NAT_ADDRESS}`
  if (!seen.forwarding) return 'net.ipv4.ip_forward: it is 0, so nothing gets from the NAT network to the outside'
  return masqueradesOf(seen, outgoing) > 0
    ? undefined
    : `iptables: nothing masquerades ${NAT_NETWORK} on ${outgoing}, so machines don't reach the outside`
}

/** Whether a device has the address that routers reach the host by. */
export const hasNatAddress = (seen: HostSeen, device: string): boolean =>
  deviceOf(seen, device)?.addresses.includes(NAT_ADDRESS) === true

/** How often the rule is there that masquerades the NAT network. */
export const masqueradesOf = ({ masquerades }: HostSeen, outgoing: string): number =>
  masquerades.filter(({ source, out }) => source === NAT_NETWORK && out === outgoing).length

/** The bridge itself may stay while VMs are plugged into it: Proxmox' ifupdown2 leaves it, without its address. */
function whyNotDown(name: string, seen: HostSeen, target: HostTarget): string | undefined {
  if (hasNatAddress(seen, name)) return `${name}: it still has ${NAT_ADDRESS}`
  // Who takes the bridge down takes its masquerading away, and that of the device has the very same rule.
  return whyNotUp(NAT_DEVICE, seen, target)
}

const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '*', '[::]'])

function whyNotServing(units: readonly string[], seen: HostSeen): string | undefined {
  const dead = units.find((name) => seen.units.find((unit) => unit.name === name)?.isActive !== true)
  if (dead !== undefined) return `${dead}: the service does not run; systemctl status ${dead} says why`
  return units.includes(DNSMASQ_UNIT) ? whyDnsmasqDeaf(NAT_DEVICE, seen) : undefined
}

/** Why dnsmasq does not hear what is asked by a device: names on port 53, addresses on port 67. */
export function whyDnsmasqDeaf(device: string, { sockets }: HostSeen): string | undefined {
  const hears = (port: number): boolean =>
    sockets.some(
      (socket) =>
        socket.port === port &&
        (socket.device === undefined || socket.device === device) &&
        (socket.address === NAT_HOST.address || ANY.has(socket.address)),
    )
  const deaf = [53, 67].filter((port) => !hears(port))
  return deaf.length === 0
    ? undefined
    : `${DNSMASQ_UNIT}: it does not listen on ${device}, UDP port ${deaf.join(' and ')}`
}

function whyNoRoute(
  { destination, via, dev }: Extract<HostStep, { kind: 'add-route' }>,
  { routes }: HostSeen,
): string | undefined {
  const first = routes.find((route) => route.destination === destination)
  if (first === undefined) return `route ${destination}: there is none`
  if (first.via === via && first.dev === dev) return undefined
  return `route ${destination}: it goes ${first.via === undefined ? '' : `via ${first.via} `}by ${first.dev ?? 'no device'}, not via ${via} by ${dev}`
}
