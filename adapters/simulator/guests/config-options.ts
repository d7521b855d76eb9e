import { isIP } from 'node:net'
import { decimal, flag, integer, oneOf, text, type ParameterTable } from '../parameters.ts'
import { deviceOptions } from './device-options.ts'
import { driveKeys, volumeId } from './drive-format.ts'
import {
  agentFormat,
  bootProblem,
  cpuProblem,
  hotplugProblem,
  ipconfigFormat,
  machineFormat,
  memoryFormat,
  rngFormat,
  sevFormat,
  smbiosFormat,
  startupProblem,
  tagProblem,
  tdxFormat,
  watchdogFormat,
} from './option-formats.ts'
import { named, numbered, property } from './property-parameter.ts'

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

const vgaTypes = 'cirrus qxl qxl2 qxl3 qxl4 none serial0 serial1 serial2 serial3 std virtio virtio-gl vmware'
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

/** Every option a configuration may hold, with what its value may be. Facts from the API's own schema. */
export const configOptions: ParameterTable = { ...hardware, ...behaviour, ...cloudInit, ...deviceOptions }
