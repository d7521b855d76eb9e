import { formatProblem } from '../formats.ts'
import { parsePropertyString, readProperties, type Properties, type PropertyFormat } from '../guests/property-string.ts'
import { decimal, flag, integer, oneOf, required, text } from '../parameters.ts'
import { randomMac, type Random } from '../random.ts'

const addressOr =
  (version: 4 | 6, ...words: readonly string[]) =>
  (value: string): string | undefined =>
    words.includes(value) || formatProblem(`CIDRv${version}`, value) === undefined
      ? undefined
      : `value does not look like a valid ipv${version} network configuration`

const word = { pattern: /[-_.\w]+/ }

/** `netN` of a container: its name inside, its MAC, the bridge and what hangs on it (from the source of pve-container). */
const containerNicFormat: PropertyFormat = {
  name: required(text(word)),
  bridge: text(word),
  firewall: flag,
  gw: text({ format: 'ipv4' }),
  gw6: text({ format: 'ipv6' }),
  'host-managed': flag,
  hwaddr: text({ format: 'mac-addr' }),
  ip: text({ check: addressOr(4, 'dhcp', 'manual') }),
  ip6: text({ check: addressOr(6, 'auto', 'dhcp', 'manual') }),
  link_down: flag,
  mtu: integer(64, 65_535),
  rate: decimal(),
  tag: integer(1, 4094),
  trunks: text({ pattern: /\d+(?:;\d+)*/ }),
  type: oneOf('veth'),
}

/** What is wrong with a card in Proxmox' words, or undefined. @param key the option it is given for, which the words name */
export const containerNicProblem = (value: string, key: string): string | undefined =>
  parsePropertyString(containerNicFormat, value, key).problem

/** A card's properties as they are written. */
export const readContainerNic = (value: string): Properties => readProperties(containerNicFormat, value)

/** Writes a card as Proxmox stores it: the name first, then the other keys sorted. */
export const printContainerNic = ({ name = '', ...rest }: Properties): string =>
  [
    `name=${name}`,
    ...Object.keys(rest)
      .toSorted()
      .map((key) => `${key}=${rest[key]}`),
  ].join(',')

/** The card as Proxmox completes it: of the one type there is, and with a new MAC where none is given. */
export const completeNic = (card: Properties, random: Random, prefix: string): Properties => ({
  ...card,
  type: 'veth',
  hwaddr: card['hwaddr'] ?? randomMac(random, prefix),
})
