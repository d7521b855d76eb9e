import { decimal, flag, integer, oneOf, required, text } from '../parameters.ts'
import type { Property, PropertyFormat } from './property-string.ts'

const volumeOrPath = (value: string): string | undefined =>
  value === 'none' || value === 'cdrom' || value.startsWith('/') || /^[a-zA-Z][\w.-]*[a-zA-Z0-9]:.+$/.test(value)
    ? undefined
    : `unable to parse volume ID '${value}'\n`.trimEnd()

/** `pve-volume-id`: a storage, a colon and the volume's name. */
export const volumeId = (value: string): string | undefined =>
  /^[a-zA-Z][\w.-]*[a-zA-Z0-9]:.+$/.test(value) ? undefined : `unable to parse volume ID '${value}'`

const volumeOrAbsolutePath = (value: string): string | undefined =>
  value.startsWith('/') ? undefined : volumeId(value)

const diskSize = (value: string): string | undefined =>
  /^\d+(\.\d+)?[KMGT]?$/.test(value) ? undefined : `value does not look like a valid disk size: ${value}`

const urlencoded = (value: string): string | undefined =>
  /^[-%\w.!~*'()]*$/.test(value) ? undefined : 'invalid urlencoded string'

const file: Property = { ...required(text({ check: volumeOrPath })), defaultKey: true }

const rates = (): Record<string, PropertyFormat[string]> => {
  const keys: Record<string, PropertyFormat[string]> = {}
  for (const direction of ['', '_rd', '_wr']) {
    keys[`mbps${direction}`] = decimal()
    keys[`mbps${direction}_max`] = decimal()
    keys[`bps${direction}`] = integer()
    keys[`bps${direction}_max_length`] = integer(1)
    keys[`iops${direction}`] = integer()
    keys[`iops${direction}_max`] = integer()
    keys[`iops${direction}_max_length`] = integer(1)
  }
  for (const kind of ['bps', 'iops'])
    for (const direction of ['rd', 'wr'])
      keys[`${kind}_${direction}_length`] = { alias: `${kind}_${direction}_max_length` }
  return keys
}

const common: PropertyFormat = {
  file,
  volume: { alias: 'file' },
  media: oneOf('cdrom', 'disk'),
  aio: oneOf('native', 'threads', 'io_uring'),
  backup: flag,
  cache: oneOf('none', 'writethrough', 'writeback', 'unsafe', 'directsync'),
  detect_zeroes: flag,
  discard: oneOf('ignore', 'on'),
  format: oneOf('raw', 'qcow', 'qed', 'qcow2', 'vmdk', 'cloop'),
  'import-from': text({ check: volumeOrAbsolutePath }),
  replicate: flag,
  rerror: oneOf('ignore', 'report', 'stop'),
  serial: text({ check: urlencoded, maxLength: 60 }),
  shared: flag,
  size: text({ check: diskSize }),
  snapshot: flag,
  werror: oneOf('enospc', 'ignore', 'report', 'stop'),
  ...rates(),
}

const wwn = text({ pattern: /(0x)[0-9a-fA-F]{16}/ })

const ide: PropertyFormat = { ...common, model: text({ check: urlencoded, maxLength: 120 }), ssd: flag, wwn }
const sata: PropertyFormat = { ...common, ssd: flag, wwn }
const virtio: PropertyFormat = { ...common, iothread: flag, ro: flag }
const scsi: PropertyFormat = {
  ...common,
  iothread: flag,
  product: text({ pattern: /[A-Za-z0-9\-_\s]{0,16}/ }),
  queues: integer(2),
  ro: flag,
  scsiblock: flag,
  ssd: flag,
  vendor: text({ pattern: /[A-Za-z0-9\-_\s]{0,8}/ }),
  wwn,
}

const efidisk: PropertyFormat = {
  file,
  volume: { alias: 'file' },
  efitype: oneOf('2m', '4m'),
  format: oneOf('raw', 'qcow', 'qed', 'qcow2', 'vmdk', 'cloop'),
  'import-from': text({ check: volumeOrAbsolutePath }),
  'ms-cert': oneOf('2011', '2023', '2023w', '2023k'),
  'pre-enrolled-keys': flag,
  size: text({ check: diskSize }),
}

const tpmstate: PropertyFormat = {
  file,
  volume: { alias: 'file' },
  format: oneOf('raw', 'qcow2', 'vmdk'),
  'import-from': text({ check: volumeOrAbsolutePath }),
  size: text({ check: diskSize }),
  version: oneOf('v1.2', 'v2.0'),
}

const unused: PropertyFormat = {
  file: { ...required(text({ check: volumeId })), defaultKey: true },
  volume: { alias: 'file' },
}

const buses: Readonly<Record<string, { readonly format: PropertyFormat; readonly count: number }>> = {
  ide: { format: ide, count: 4 },
  scsi: { format: scsi, count: 31 },
  virtio: { format: virtio, count: 16 },
  sata: { format: sata, count: 6 },
  efidisk: { format: efidisk, count: 1 },
  tpmstate: { format: tpmstate, count: 1 },
}

/** Every key of a configuration that holds a drive, with its format; `unusedN` apart. */
export const driveKeys: ReadonlyMap<string, PropertyFormat> = new Map(
  Object.entries(buses).flatMap(([bus, { format, count }]) =>
    Array.from({ length: count }, (_, index) => [`${bus}${index}`, format] as const),
  ),
)

/** Keys of disks that no bus holds any more. */
export const unusedKeys: readonly string[] = Array.from({ length: 256 }, (_, index) => `unused${index}`)

export const unusedFormat = unused
