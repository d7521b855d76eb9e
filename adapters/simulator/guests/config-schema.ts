import { isIP } from 'node:net'
import {
  flag,
  integer,
  decimal,
  oneOf,
  shared,
  text,
  type ParameterSchema,
  type ParameterTable,
} from '../parameters.ts'
import { driveKeys, unusedFormat, unusedKeys, volumeId } from './drive-format.ts'
import { nicFormat } from './nic-format.ts'
import {
  cpuProblem,
  hostpciFormat,
  ipconfigFormat,
  rngFormat,
  sevFormat,
  smbiosFormat,
  startupProblem,
  tagProblem,
  tdxFormat,
  watchdogFormat,
  bootProblem,
  hotplugProblem,
} from './option-formats.ts'
import { parsePropertyString, type PropertyFormat } from './property-string.ts'

/** A parameter whose value is a property string; its errors name `name`. */
const property = (name: string, format: PropertyFormat, limits: Partial<ParameterSchema> = {}): ParameterSchema =>
  text({ check: (value) => parsePropertyString(format, value, name).problem, ...limits })

const numbered = (
  prefix: string,
  count: number,
  schema: (name: string) => ParameterSchema,
): Record<string, ParameterSchema> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}${index}`, schema(`${prefix}${index}`)] as const),
  )

const named = (name: string, schema: (name: string) => ParameterSchema): Record<string, ParameterSchema> => ({
  [name]: schema(name),
})

const dnsName = text({ format: 'dns-name' })
const cpuset = (value: string): string | undefined =>
  /^\s*\d+(-\d+)?(\s*,\s*\d+(-\d+)?)*\s*$/.test(value) ? undefined : 'unable to parse cpuset option'
const urlencoded = (value: string): string | undefined =>
  /^[-%\w.!~*'()]*$/.test(value) ? undefined : 'invalid urlencoded string'
const bootDiskProblem = (value: string): string | undefined =>
  driveKeys.has(value) ? undefined : `invalid boot disk '${value}'`

const keyboards = 'de de-ch da en-gb en-us es fi fr fr-be fr-ca fr-ch hu is it ja lt mk nl no pl pt pt-br sv sl tr'
const ostypes = 'other wxp w2k w2k3 w2k8 wvista win7 win8 win10 win11 l24 l26 solaris'
const addresses = (value: string): string | undefined =>
  value
    .split(/[,; ]+/)
    .filter((part) => part !== '')
    .every((part) => isIP(part) > 0 || /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(part))
    ? undefined
    : `value does not look like a valid address: ${value}`

const numaRanges = text({ pattern: /\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*/ })
const vgaTypes = 'cirrus qxl qxl2 qxl3 qxl4 none serial0 serial1 serial2 serial3 std virtio virtio-gl vmware'
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

const hardware: ParameterTable = {
  acpi: flag,
  affinity: text({ check: cpuset }),
  ...named('agent', (name) => property(name, agentFormat)),
  ...named('amd-sev', (name) => property(name, sevFormat)),
  arch: oneOf('x86_64', 'aarch64'),
  args: text(),
  ...named('audio0', (name) =>
    property(name, {
      device: { ...oneOf('ich9-intel-hda', 'intel-hda', 'AC97'), required: true },
      driver: oneOf('spice', 'none'),
    }),
  ),
  balloon: integer(0),
  bios: oneOf('seabios', 'ovmf'),
  cores: integer(1),
  cpu: text({ check: cpuProblem }),
  cpulimit: decimal(0, 128),
  cpuunits: integer(1, 262_144),
  hugepages: oneOf('any', '2', '1024'),
  ...named('intel-tdx', (name) => property(name, tdxFormat)),
  ...named('ivshmem', (name) =>
    property(name, { size: { ...integer(1), required: true }, name: text({ pattern: /[a-zA-Z0-9-]+/ }) }),
  ),
  keephugepages: flag,
  kvm: flag,
  ...named('machine', (name) => property(name, machineFormat)),
  ...named('memory', (name) => property(name, memoryFormat)),
  numa: flag,
  ...named('rng0', (name) => property(name, rngFormat)),
  scsihw: oneOf('lsi', 'lsi53c810', 'virtio-scsi-pci', 'virtio-scsi-single', 'megasas', 'pvscsi'),
  shares: integer(0, 50_000),
  ...named('smbios1', (name) => property(name, smbiosFormat, { maxLength: 512 })),
  smp: integer(1),
  sockets: integer(1),
  tablet: flag,
  tdf: flag,
  vcpus: integer(1),
  ...named('vga', (name) =>
    property(name, {
      type: { ...oneOf(...vgaTypes.split(' ')), defaultKey: true },
      memory: integer(4, 512),
      clipboard: oneOf('vnc'),
    }),
  ),
  vmgenid: text({ pattern: /(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])/ }),
  ...named('watchdog', (name) => property(name, watchdogFormat)),
}

const behaviour: ParameterTable = {
  'allow-ksm': flag,
  autostart: flag,
  boot: text({ check: bootProblem }),
  bootdisk: text({ check: bootDiskProblem, pattern: /(ide|sata|scsi|virtio)\d+/ }),
  description: text({ maxLength: 8192 }),
  freeze: flag,
  hookscript: text({ check: volumeId }),
  hotplug: text({ check: hotplugProblem }),
  keyboard: oneOf(...keyboards.split(' ')),
  localtime: flag,
  lock: oneOf(
    'backup',
    'clone',
    'create',
    'migrate',
    'rollback',
    'snapshot',
    'snapshot-delete',
    'suspending',
    'suspended',
  ),
  migrate_downtime: decimal(0),
  migrate_speed: integer(0),
  name: dnsName,
  onboot: flag,
  ostype: oneOf(...ostypes.split(' ')),
  protection: flag,
  reboot: flag,
  ...named('spice_enhancements', (name) =>
    property(name, { foldersharing: flag, videostreaming: oneOf('off', 'all', 'filter') }),
  ),
  startdate: text({ pattern: /(now|\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}:\d{1,2}:\d{1,2})?)/ }),
  startup: text({ check: startupProblem }),
  tags: text({ check: tagProblem }),
  template: flag,
  vmstatestorage: text({ format: 'pve-storage-id' }),
}

const cloudInit: ParameterTable = {
  ...named('cicustom', (name) =>
    property(
      name,
      Object.fromEntries(['meta', 'network', 'user', 'vendor'].map((key) => [key, text({ check: volumeId })])),
    ),
  ),
  cipassword: text(),
  citype: oneOf('configdrive2', 'nocloud', 'opennebula'),
  ciupgrade: flag,
  ciuser: text(),
  nameserver: text({ check: addresses }),
  searchdomain: text(),
  sshkeys: text({ check: urlencoded }),
  ...numbered('ipconfig', 32, (name) => property(name, ipconfigFormat)),
}

const devices: ParameterTable = {
  ...numbered('net', 32, (name) => property(name, nicFormat)),
  ...Object.fromEntries([...driveKeys].map(([name, format]) => [name, property(name, format)] as const)),
  ...Object.fromEntries(unusedKeys.map((name) => [name, property(name, unusedFormat)] as const)),
  ...numbered('hostpci', 16, (name) => property(name, hostpciFormat)),
  ...numbered('usb', 14, (name) =>
    property(name, {
      host: {
        ...text({ pattern: /(?:(0x)?[0-9A-Fa-f]{4}:(0x)?[0-9A-Fa-f]{4}|\d+-\d+(\.\d+)*|[Ss][Pp][Ii][Cc][Ee])/ }),
        defaultKey: true,
      },
      mapping: text({ format: 'pve-configid' }),
      usb3: flag,
    }),
  ),
  ...numbered('serial', 4, () => text({ pattern: /(\/dev\/.+|socket)/ })),
  ...numbered('parallel', 3, () => text({ pattern: /\/dev\/parport\d+|\/dev\/usb\/lp\d+/ })),
  ...numbered('numa', 8, (name) =>
    property(name, {
      cpus: { ...numaRanges, required: true },
      hostnodes: numaRanges,
      memory: decimal(),
      policy: oneOf('preferred', 'bind', 'interleave'),
    }),
  ),
  ...numbered('virtiofs', 10, (name) =>
    property(name, {
      dirid: { ...text({ format: 'pve-configid' }), required: true, defaultKey: true },
      cache: oneOf('auto', 'always', 'metadata', 'never'),
      'direct-io': flag,
      'expose-acl': flag,
      'expose-xattr': flag,
    }),
  ),
}

/** Every option a configuration may hold, with what its value may be. Facts from the API's own schema. */
export const configOptions: ParameterTable = { ...hardware, ...behaviour, ...cloudInit, ...devices }

/** Options of the calls that write a configuration besides those that are stored. */
const onWrite: ParameterTable = {
  cdrom: property('cdrom', driveKeys.get('ide2') ?? {}),
  force: flag,
}

/** Parameters of `PUT` and, with `backgroundDelay`, of `POST config`. */
export const updateParameters: ParameterTable = {
  node: shared.node,
  vmid: shared.vmid,
  ...configOptions,
  ...onWrite,
  delete: shared.configidList,
  revert: shared.configidList,
  digest: text({ maxLength: 40 }),
  skiplock: flag,
}

/** Parameters of the call that creates a VM. */
export const createParameters: ParameterTable = {
  node: shared.node,
  vmid: shared.vmid,
  ...configOptions,
  ...onWrite,
  archive: text({ maxLength: 255 }),
  bwlimit: integer(0),
  force: { ...flag, requires: 'archive' },
  'ha-managed': flag,
  'import-working-storage': text({ format: 'pve-storage-id' }),
  'live-restore': flag,
  pool: text({ format: 'pve-poolid' }),
  start: flag,
  storage: text({ format: 'pve-storage-id' }),
  unique: { ...flag, requires: 'archive' },
}

/** Does a configuration know this option. */
export const isConfigOption = (name: string): boolean => Object.hasOwn(configOptions, name)

/** A value in the type the API answers: integers and flags as numbers, everything else as text. An empty text
 * is stored as a blank; a description loses its trailing white space. */
export const storedValue = (name: string, value: string): string | number => {
  const type = configOptions[name]?.type
  if (type === 'integer' || type === 'boolean') return Number(value)
  if (name === 'description') return value.trimEnd()
  return value.trim() === '' ? ' ' : value.trim()
}
