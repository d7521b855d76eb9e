import { randomMac, type Random } from '../random.ts'
import { decimal, flag, integer, oneOf, required, text } from '../parameters.ts'
import { readProperties, type PropertyFormat } from './property-string.ts'

const models = [
  'e1000',
  'e1000-82540em',
  'e1000-82544gc',
  'e1000-82545em',
  'e1000e',
  'i82551',
  'i82557b',
  'i82559er',
  'ne2k_isa',
  'ne2k_pci',
  'pcnet',
  'rtl8139',
  'virtio',
  'vmxnet3',
]

const bridgeId = (value: string): string | undefined =>
  /^[-_.\w]+$/.test(value) ? undefined : `invalid bridge ID '${value}'`

/** `netN`: a model with its MAC address, the bridge and what hangs on it. */
export const nicFormat: PropertyFormat = {
  model: { ...required(oneOf(...models)), defaultKey: true },
  macaddr: text({ format: 'mac-addr' }),
  ...Object.fromEntries(models.map((model) => [model, { alias: 'macaddr', keyAlias: 'model' }])),
  bridge: text({ check: bridgeId }),
  firewall: flag,
  link_down: flag,
  mtu: integer(1, 65_520),
  queues: integer(0, 64),
  rate: decimal(0),
  tag: integer(1, 4094),
  trunks: text({ pattern: /\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*/ }),
}

/** A network card; keys besides model and MAC as they stand in the configuration. */
export interface Nic {
  readonly model: string
  readonly mac: string | undefined
  readonly rest: Readonly<Record<string, string>>
}

/** Reads `virtio=BC:24:11:00:00:01,bridge=vmbr0` or `virtio,bridge=vmbr0`. */
export const readNic = (value: string): Nic => {
  const { model = '', macaddr, ...rest } = readProperties(nicFormat, value)
  return { model, mac: macaddr, rest }
}

/** Writes a card as Proxmox stores it: model and MAC first, the other keys sorted. */
export const printNic = ({ model, mac, rest }: Nic): string => {
  const keys = Object.keys(rest).toSorted()
  return [mac === undefined ? model : `${model}=${mac}`, ...keys.map((key) => `${key}=${rest[key]}`)].join(',')
}

/** The card with a MAC address: its own in upper case, or a new one with the cluster's prefix. */
export const withMac = (nic: Nic, random: Random, prefix: string): Nic => ({
  ...nic,
  mac: nic.mac?.toUpperCase() ?? randomMac(random, prefix),
})

/** Is a card's link down as it is configured. */
export const isLinkDown = ({ rest }: Nic): boolean => rest['link_down'] === '1'

/** Is this the key of a network card. */
export const isNicKey = (key: string): boolean => /^net([0-9]|[12][0-9]|3[01])$/.test(key)

/** The first bytes of new MAC addresses: the datacenter's option, or Proxmox' own. */
export const macPrefix = (options: ReadonlyMap<string, string>): string =>
  (options.get('mac_prefix') ?? 'BC:24:11').replace(/:$/, '').toUpperCase()
