import { isIPv4, isIPv6 } from 'node:net'
import { splitList } from '../formats.ts'
import { decimal, flag, integer, oneOf, required, text } from '../parameters.ts'
import { driveKeys } from './drive-format.ts'
import { parsePropertyString, type PropertyFormat } from './property-string.ts'

const isBootDevice = (key: string): boolean =>
  driveKeys.has(key)
    ? !/^(?:efidisk|tpmstate)/.test(key)
    : /^(?:net(?:\d|[12]\d|3[01])|usb(?:\d|1[0-3])|hostpci(?:\d|1[0-5]))$/.test(key)

const bootDevices = (value: string): string | undefined => {
  const wrong = value.split(';').find((device) => device !== '' && !isBootDevice(device))
  return wrong === undefined ? undefined : `invalid boot device '${wrong}'`
}

/** `boot`, old and new form. */
export const bootFormat: PropertyFormat = {
  legacy: { ...text({ pattern: /[acdn]{1,4}/ }), defaultKey: true },
  order: text({ check: bootDevices }),
}

/** `boot`: `order=scsi0;net0`, or the old letters. */
export const bootProblem = (value: string): string | undefined => parsePropertyString(bootFormat, value, 'boot').problem

/** `hotplug`: a list of features, or 0 or 1 for none or the default ones. */
export const hotplugProblem = (value: string): string | undefined => {
  if (value === '0' || value === '1') return undefined
  const wrong = splitList(value).find((part) => !/^(network|disk|cpu|memory|usb|cloudinit)$/.test(part))
  return wrong === undefined ? undefined : `invalid hotplug feature '${wrong}'`
}

/** `startup`: `order=1,up=30,down=30`. */
export const startupProblem = (value: string): string | undefined => {
  const fits = value
    .trim()
    .split(',')
    .every((part) => part.trim() === '' || /^(order=)?\d+$/.test(part) || /^(up|down)=\d+$/.test(part))
  return fits ? undefined : 'unable to parse startup options'
}

/** One tag or several, separated by `,`, `;` or blanks. */
export const tagProblem = (value: string): string | undefined =>
  splitList(value).every((tag) => /^[a-z0-9_][a-z0-9_\-+.]*$/i.test(tag)) ? undefined : 'invalid characters in tag'

/** `cpu`: a model with its flags. */
const cpuFormat: PropertyFormat = {
  cputype: { ...text({ pattern: /[a-zA-Z0-9._-]+/ }), defaultKey: true },
  flags: text({ pattern: /[+-][a-zA-Z0-9\-_.]+(;[+-][a-zA-Z0-9\-_.]+)*/ }),
  'guest-phys-bits': integer(32, 64),
  hidden: flag,
  'hv-vendor-id': text({ pattern: /[a-zA-Z0-9]{1,12}/ }),
  'phys-bits': text({ pattern: /(host|\d+)/ }),
  'reported-model': text({ pattern: /[a-zA-Z0-9._-]+/ }),
}

const cpuModels =
  /^(?:host|max|kvm(?:32|64)|qemu(?:32|64)|x86-64-v(?:2|2-AES|3|4)|486|athlon|core2duo|coreduo|pentium[23]?|phenom|Conroe|Penryn|Nehalem|Westmere|SandyBridge|IvyBridge|Haswell|Broadwell|Skylake|Cascadelake|Cooperlake|Icelake|SapphireRapids|GraniteRapids|KnightsMill|Opteron_G[1-5]|EPYC)(?:-[\w-]+)?$/

/** What is wrong with a `cpu` value; besides its form, models Proxmox doesn't have. */
export const cpuProblem = (value: string): string | undefined => {
  const parsed = parsePropertyString(cpuFormat, value, 'cpu')
  if (parsed.problem !== undefined) return parsed.problem
  const { cputype } = parsed.properties
  if (cputype === undefined || cputype.startsWith('custom-') || cpuModels.test(cputype)) return undefined
  return `Built-in cputype '${cputype}' is not defined (missing 'custom-' prefix?)`
}

export const sevFormat: PropertyFormat = {
  type: { ...required(oneOf('std', 'es', 'snp')), defaultKey: true },
  'allow-smt': flag,
  'kernel-hashes': flag,
  'no-debug': flag,
  'no-key-sharing': flag,
}

export const tdxFormat: PropertyFormat = {
  type: { ...required(oneOf('tdx')), defaultKey: true },
  attestation: flag,
  'vsock-cid': integer(2),
  'vsock-port': integer(0),
}

export const rngFormat: PropertyFormat = {
  source: { ...required(oneOf('/dev/urandom', '/dev/random', '/dev/hwrng')), defaultKey: true },
  max_bytes: integer(0),
  period: integer(),
}

export const watchdogFormat: PropertyFormat = {
  model: { ...oneOf('i6300esb', 'ib700'), defaultKey: true },
  action: oneOf('reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none'),
}

const smbiosText = text({ pattern: /[A-Za-z0-9+/]+={0,2}|\S+/ })

export const smbiosFormat: PropertyFormat = {
  uuid: text({ pattern: /[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}/ }),
  base64: flag,
  ...Object.fromEntries(
    ['version', 'serial', 'manufacturer', 'product', 'sku', 'family'].map((key) => [key, smbiosText] as const),
  ),
}

export const hostpciFormat: PropertyFormat = {
  host: {
    ...text({
      pattern:
        /([a-f0-9]{4}:)?[a-f0-9]{2}:[a-f0-9]{2}(\.[a-f0-9])?(;([a-f0-9]{4}:)?[a-f0-9]{2}:[a-f0-9]{2}(\.[a-f0-9])?)*/,
    }),
    defaultKey: true,
  },
  mapping: text({ format: 'pve-configid' }),
  'device-id': text({ pattern: /0x[0-9a-fA-F]{4}/ }),
  'legacy-igd': flag,
  mdev: text(),
  pcie: flag,
  rombar: flag,
  romfile: text(),
  'sub-device-id': text({ pattern: /0x[0-9a-fA-F]{4}/ }),
  'sub-vendor-id': text({ pattern: /0x[0-9a-fA-F]{4}/ }),
  'vendor-id': text({ pattern: /0x[0-9a-fA-F]{4}/ }),
  'x-vga': flag,
}

const network =
  (version: 4 | 6, words: readonly string[]) =>
  (value: string): string | undefined => {
    if (words.includes(value)) return undefined
    const [address = '', prefix] = value.split('/')
    const fits = version === 4 ? isIPv4(address) : isIPv6(address)
    return fits && prefix !== undefined && /^\d+$/.test(prefix)
      ? undefined
      : `value does not look like a valid IPv${version} configuration`
  }

export const ipconfigFormat: PropertyFormat = {
  ip: text({ check: network(4, ['dhcp']) }),
  gw: text({ format: 'ipv4', requires: 'ip' }),
  ip6: text({ check: network(6, ['auto', 'dhcp']) }),
  gw6: text({ format: 'ipv6', requires: 'ip6' }),
}

const machineType =
  /(pc|pc(-i440fx)?-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?|q35|pc-q35-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?|virt(?:-\d+(\.\d+)+)?(\+pve\d+)?)/

/** `machine`, also a parameter of start. */
export const machineFormat: PropertyFormat = {
  type: { ...text({ pattern: machineType, maxLength: 40 }), defaultKey: true },
  'aw-bits': decimal(32, 64),
  'enable-s3': flag,
  'enable-s4': flag,
  viommu: oneOf('intel', 'virtio'),
}

/** `agent`: may be a bare flag. */
export const agentFormat: PropertyFormat = {
  enabled: { ...flag, required: true, defaultKey: true },
  'freeze-fs': flag,
  'freeze-fs-on-backup': { alias: 'freeze-fs' },
  'guest-fsfreeze': { alias: 'freeze-fs' },
  fstrim_cloned_disks: flag,
  type: oneOf('virtio', 'isa'),
}

/** `memory`: MiB. */
export const memoryFormat: PropertyFormat = { current: { ...integer(16), required: true, defaultKey: true } }
