import type { Guest, World } from '../world.ts'
import { hasAgent } from './guest-status.ts'
import { isNicKey, readNic } from './nic-format.ts'

/** Does the agent inside a running VM answer: its own switch, or the world's. One of a VM that is paused does not. */
export const agentAnswers = ({ guestsRespond }: World, guest: Guest): boolean =>
  hasAgent(guest) && guest.running?.paused === false && (guest.agentAnswers ?? guestsRespond)

const counters = Object.fromEntries(
  ['rx', 'tx'].flatMap((way) => ['bytes', 'packets', 'errs', 'dropped'].map((what) => [`${way}-${what}`, 0])),
)

const addressRow = (address: string): Readonly<Record<string, string | number>> => {
  const [ip = '', prefix = ''] = address.split('/')
  return {
    'ip-address': ip,
    'ip-address-type': ip.includes(':') ? 'ipv6' : 'ipv4',
    prefix: Number(prefix),
  }
}

/** The address that an interface gives itself, from its MAC. */
const ownAddress = (mac: string): string => {
  const [first = 0, ...rest] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)]
  const groups = [0, 2, 4, 6].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16))
  return `fe80::${groups.filter((group, at) => at > 0 || group !== '0').join(':')}/64`
}

/**
 * `network-get-interfaces` as Linux' agent answers it: each interface with its MAC, addresses and counters. It tells nothing
 * of links: a NIC whose tap hangs on no bridge, or that is `link_down`, is told like any other (from the schema of QEMU's agent).
 */
export const agentInterfaces = ({ config, addresses }: Guest): readonly Readonly<Record<string, unknown>>[] => {
  const row = (name: string, mac: string, its: readonly string[]): Readonly<Record<string, unknown>> => ({
    name,
    'hardware-address': mac,
    'ip-addresses': its.map(addressRow),
    statistics: counters,
  })
  const cards = [...config.keys()].filter(isNicKey).toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)))
  return [
    row('lo', '00:00:00:00:00:00', ['127.0.0.1/8', '::1/128']),
    ...cards.map((key, index) => {
      const mac = readNic(String(config.get(key))).mac?.toLowerCase() ?? ''
      return row(`eth${index}`, mac, [...(addresses?.get(key) ?? []), ownAddress(mac)])
    }),
  ]
}
