import { NAT_ADDRESS, NAT_DEVICE } from '../../model/host-migration.ts'
import { NAT_HOST } from '../../model/identity.ts'
import { hookOf, renamedDevice, type Stanza, type Statement } from './interfaces-file.ts'

/** What the block of the NAT bridge is made of, as far as it is known what becomes of it. */
export interface NatBlock {
  /** Options that somebody added to have something run, and that go along: with the new device's name. */
  readonly carried: readonly string[]
  /** The devices that it masquerades on. */
  readonly outs: readonly string[]
  /** Options of which it isn't known what they are for. */
  readonly unknown: readonly Unfit[]
}

/** An option that can't be taken over. */
interface Unfit {
  readonly statement: Statement
  readonly finding: string
}

const FORWARDING = /^(?:echo\s+1\s*>\s*\/proc\/sys\/net\/ipv4\/ip_forward|sysctl\s+-w\s+net\.ipv4\.ip_forward\s*=\s*1)$/
const MASQUERADE =
  /^(?:\/\S*\/)?iptables\s+-t\s+nat\s+-[AD]\s+POSTROUTING\s+-s\s+'?192\.0\.2\.[0-9]+\/24'?\s+-o\s+(\S+)\s+-j\s+MASQUERADE$/
/** What only a bridge without ports, or any address, has; the VNet's own stanza in Proxmox' file is a bridge. */
const OF_BRIDGES = /^bridge[-_](?:stp|fd|vlan[-_]aware|vids|pvid|maxwait|ageing|hw|waitport)$/

/** Reads the options of the NAT bridge's block. */
export function natBlockOf({ options }: Stanza, bridge: string): NatBlock {
  const carried: string[] = []
  const outs: string[] = []
  const unknown: Unfit[] = []
  for (const statement of options) {
    const hook = hookOf(statement)
    const out = MASQUERADE.exec(hook?.command ?? '')?.[1]
    if (out !== undefined) outs.push(out)
    else if (hook !== undefined) {
      if (!FORWARDING.test(hook.command)) carried.push(renamedDevice(statement.text, bridge, NAT_DEVICE))
    } else {
      const finding = whyUnfit(statement)
      if (finding !== undefined) unknown.push({ statement, finding })
    }
  }
  return { carried, outs, unknown }
}

function whyUnfit({ text }: Statement): string | undefined {
  const [key = '', ...words] = text.split(/\s+/)
  const value = words.join(' ')
  if (OF_BRIDGES.test(key)) return undefined
  switch (key) {
    case 'address':
      return value === NAT_ADDRESS || value === NAT_HOST.address
        ? undefined
        : `its address is ${value}, and routers look for the host at ${NAT_ADDRESS}`
    case 'netmask':
      return ['255.255.255.0', '24', '/24'].includes(value) ? undefined : `its netmask is ${value}`
    case 'broadcast':
    case 'network':
      return undefined
    case 'bridge-ports':
    case 'bridge_ports':
      return ['none', ''].includes(value) ? undefined : `the bridge has the port ${value}, which a VNet has not`
    default:
      return `${key} is no option that is known of the NAT bridge`
  }
}

/** The block of the VNet's device, as Ludus documents it, without line ends: the bridge itself is in Proxmox' own file. */
export function natDeviceBlock(outgoing: string, carried: readonly string[], indent: string): readonly string[] {
  const rule = (verb: '-A' | '-D'): string =>
    `iptables -t nat ${verb} POSTROUTING -s '${NAT_ADDRESS}' -o ${outgoing} -j MASQUERADE`
  const options = [
    `address ${NAT_ADDRESS}`,
    'post-up echo 1 > /proc/sys/net/ipv4/ip_forward',
    `post-up ${rule('-A')}`,
    `post-down ${rule('-D')}`,
    ...carried,
  ]
  return [`iface ${NAT_DEVICE}`, ...options.map((option) => `${indent}${option}`)]
}

/** What a block of the VNet's device lacks; empty when it does what the NAT network needs. */
export function lacksOf({ options }: Stanza): readonly string[] {
  const says = (pattern: RegExp): boolean => options.some((option) => pattern.test(hookOf(option)?.command ?? ''))
  const hasAddress = options.some(({ text }) => new RegExp(`^address\\s+${NAT_HOST.address}(?:/24)?$`).test(text))
  return [
    ...(hasAddress ? [] : [`address ${NAT_ADDRESS}`]),
    ...(says(FORWARDING) ? [] : ['post-up echo 1 > /proc/sys/net/ipv4/ip_forward']),
    ...(says(MASQUERADE) ? [] : ['a MASQUERADE rule']),
  ]
}
