import { isIP, isIPv4, isIPv6 } from 'node:net'

/** Returns what is wrong with a value in Proxmox' words, or undefined. */
type Check = (value: string) => string | undefined

const matching =
  (pattern: RegExp, complaint: (value: string) => string): Check =>
  (value) =>
    pattern.test(value) ? undefined : complaint(value)

const like =
  (kind: string): ((value: string) => string) =>
  () =>
    `value does not look like a valid ${kind}`

const cidr = (version: 4 | 6, value: string): boolean => {
  const [address = '', prefix = '', ...rest] = value.split('/')
  if (rest.length > 0 || !/^\d+$/.test(prefix)) return false
  if (version === 4) return isIPv4(address) && Number(prefix) >= 8 && Number(prefix) <= 32
  return isIPv6(address) && Number(prefix) >= 8 && Number(prefix) <= 128
}

const ipv4Masks = new Set(
  Array.from({ length: 32 }, (_, index) => {
    const mask = (0xffffffff << (31 - index)) >>> 0
    return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.')
  }),
)

const vlanRange: Check = (value) => {
  const match = /^(\d+)(?:-(\d+))?$/.exec(value)
  if (match === null) return `invalid VLAN configuration '${value}'`
  const bounds = [match[1], match[2]].filter((bound) => bound !== undefined).map(Number)
  const wrong = bounds.find((bound) => bound < 2 || bound > 4094)
  if (wrong !== undefined) return `invalid VLAN tag '${wrong}'`
  const [from, to] = bounds
  if (from !== undefined && to !== undefined && from >= to)
    return `VLAN range must go from lower to higher tag '${value}'`
  return undefined
}

const poolName: Check = (value) => {
  if (value.split('/').length > 3) return `pool name '${value}' nested too deeply (max levels = 3)`
  if (!/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(value)) return `pool name '${value}' contains invalid characters`
  return undefined
}

const userId: Check = (value) => {
  if (value.length < 3) return `user name '${value}' is too short`
  if (value.length > 64) return `user name '${value}' is too long (${value.length} > 64)`
  return /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/.test(value)
    ? undefined
    : `value '${value}' does not look like a valid user name`
}

const contentTypes = new Set(['images', 'rootdir', 'vztmpl', 'iso', 'backup', 'snippets', 'import', 'none'])

/** Named formats, worded as Proxmox words them. */
const formats = {
  'pve-vmid': matching(/^[1-9][0-9]{2,8}$/, like('VM ID')),
  'pve-node': matching(/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/, like('node name')),
  'pve-configid': matching(/^[a-z][a-z0-9_-]+$/i, (value) => `invalid configuration ID '${value}'`),
  'pve-storage-id': matching(
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
    (value) => `storage ID '${value}' contains illegal characters`,
  ),
  'pve-storage-content': (value) => (contentTypes.has(value) ? undefined : `invalid content type '${value}'`),
  'pve-poolid': poolName,
  'pve-userid': userId,
  'pve-groupid': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `group name '${value}' contains invalid characters`),
  'pve-roleid': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `role name '${value}' contains invalid characters`),
  'pve-tokenid': matching(
    /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/,
    (value) => `value '${value}' does not look like a valid token ID`,
  ),
  'pve-realm': matching(/^[A-Za-z][A-Za-z0-9.\-_]+$/, like('realm')),
  'pve-iface': matching(/^[a-z][a-z0-9_]{1,20}([:.]\d+)?$/i, (value) => `invalid network interface name '${value}'`),
  'pve-vlan-id-or-range': vlanRange,
  'mac-addr': matching(/^[a-f0-9][02468ace](:[a-f0-9]{2}){5}$/i, like('unicast MAC address')),
  'mac-prefix': matching(/^[a-f0-9][02468ace](:[a-f0-9]{2}){0,2}:?$/i, like('unicast MAC address prefix')),
  ip: (value) => (isIP(value) > 0 ? undefined : like('IP address')(value)),
  ipv4: (value) => (isIPv4(value) ? undefined : like('IPv4 address')(value)),
  ipv6: (value) => (isIPv6(value) ? undefined : like('IPv6 address')(value)),
  ipv4mask: (value) => (ipv4Masks.has(value) ? undefined : like('IP netmask')(value)),
  CIDRv4: (value) => (cidr(4, value) ? undefined : like('IPv4 network')(value)),
  CIDRv6: (value) => (cidr(6, value) ? undefined : like('IPv6 network')(value)),
  CIDR: (value) => (cidr(4, value) || cidr(6, value) ? undefined : like('CIDR network')(value)),
  'dns-name': matching(
    /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/,
    like('DNS name'),
  ),
  email: matching(/^[\w+\-~]+(\.[\w+\-~]+)*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$/, like('email address')),
  'pve-task-status-type': matching(/^(ok|error|warning|unknown)$/i, (value) => `invalid type '${value}'`),
} as const satisfies Record<string, Check>

export type FormatName = keyof typeof formats

const isFormatName = (name: string): name is FormatName => Object.hasOwn(formats, name)

/** Parts of a list parameter: separated by `,`, `;`, blanks, or zero bytes where the parameter came several times. */
export const splitList = (value: string): readonly string[] =>
  (value.includes('\0') ? value.split('\0') : value.replaceAll(/[,;]/g, ' ').trim().split(/\s+/)).filter(
    (part) => part !== '',
  )

/** What is wrong with a value of the named format (with `-list` or `-opt`), or undefined. */
export const formatProblem = (format: string, value: string): string | undefined => {
  if (isFormatName(format)) return formats[format](value)
  const [, base = '', kind] = /^(.*)-(list|opt)$/.exec(format) ?? []
  if (!isFormatName(base)) throw new Error(`unknown format ${format}`)
  if (kind === 'opt') return value === '' ? undefined : formats[base](value)
  for (const part of splitList(value)) {
    const problem = formats[base](part)
    if (problem !== undefined) return problem
  }
  return undefined
}
