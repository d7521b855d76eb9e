import type { ConfigValue } from '../world.ts'
import { driveKeys, unusedFormat } from './drive-format.ts'
import { readProperties } from './property-string.ts'

/** A disk or CD drive of a configuration. `file` is a volume id, a path, `none` or `cdrom`. */
export interface Drive {
  readonly key: string
  readonly file: string
  readonly rest: Readonly<Record<string, string>>
}

/** Reads `shared:200/vm-200-disk-0.qcow2,size=1G`. */
export const readDrive = (key: string, value: ConfigValue): Drive => {
  const format = driveKeys.get(key) ?? unusedFormat
  const { file = '', ...rest } = readProperties(format, String(value), key)
  return { key, file, rest }
}

/** Writes a drive as Proxmox stores it: the volume first, the other keys sorted. */
export const printDrive = ({ file, rest }: Drive): string =>
  [
    file,
    ...Object.keys(rest)
      .toSorted()
      .map((key) => `${key}=${rest[key]}`),
  ].join(',')

/** `storage` and `name` of a volume id; undefined for paths, `none` and `cdrom`. */
export const splitVolumeId = (file: string): { readonly storage: string; readonly name: string } | undefined => {
  const [, storage, name] = /^([a-zA-Z][\w.-]*[a-zA-Z0-9]):(.+)$/s.exec(file) ?? []
  return storage === undefined || name === undefined ? undefined : { storage, name }
}

/** A cloud-init drive counts as a CD drive, but its volume belongs to the VM. */
export const isCloudInit = ({ file }: Drive): boolean => /[:/](?:vm-\d+-)?cloudinit(?:\.\w+)?$/.test(file)

/** Is it a CD drive. */
export const isCdrom = (drive: Drive): boolean => drive.rest['media'] === 'cdrom' || drive.file === 'cdrom'

/** All drives of a configuration in order of their keys. */
export const drivesOf = (config: ReadonlyMap<string, ConfigValue>): readonly Drive[] =>
  [...config]
    .filter(([key]) => driveKeys.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => readDrive(key, value))

/** Bytes as Proxmox writes a disk's size: the largest unit up to G that divides them. */
export const printSize = (bytes: number): string => {
  const units = ['', 'K', 'M', 'G']
  let value = bytes
  let unit = 0
  while (unit < units.length - 1 && value > 0 && value % 1024 === 0) {
    value /= 1024
    unit += 1
  }
  return `${value}${units[unit]}`
}
