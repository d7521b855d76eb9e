import { startupProblem, tagProblem } from '../guests/option-formats.ts'
import { numbered } from '../guests/property-parameter.ts'
import { decimal, flag, integer, oneOf, shared, text, type ParameterTable } from '../parameters.ts'
import { containerNicProblem } from './container-nic.ts'

const words = (text: string): readonly string[] => text.split(' ')

/** What a container's configuration knows, but for volumes and devices, which this simulator does not change. */
const options: ParameterTable = {
  arch: oneOf(...words('amd64 i386 arm64 armhf riscv32 riscv64')),
  cmode: oneOf(...words('shell console tty')),
  console: flag,
  cores: integer(1, 8192),
  cpulimit: decimal(0, 8192),
  cpuunits: integer(0, 500_000),
  debug: flag,
  description: text({ maxLength: 8192 }),
  hostname: text({ format: 'dns-name', maxLength: 255 }),
  lock: oneOf(...words('backup create destroyed disk fstrim migrate mounted rollback snapshot snapshot-delete')),
  memory: integer(16),
  nameserver: text(),
  onboot: flag,
  ostype: oneOf(...words('debian devuan ubuntu centos fedora opensuse archlinux alpine gentoo nixos unmanaged')),
  protection: flag,
  searchdomain: text({ format: 'dns-name-list' }),
  startup: text({ check: startupProblem }),
  swap: integer(0),
  tags: text({ check: tagProblem }),
  template: flag,
  timezone: text(),
  tty: integer(0, 6),
  unprivileged: flag,
  ...numbered('net', 32, (name) => text({ check: (value) => containerNicProblem(value, name) })),
}

/** Does a container's configuration know this option. */
export const isContainerOption = (name: string): boolean => Object.hasOwn(options, name) || name === 'rootfs'

/** Parameters of the call that changes a container. */
export const containerParameters: ParameterTable = {
  node: shared.node,
  vmid: shared.vmid,
  ...options,
  delete: shared.configidList,
  revert: shared.configidList,
  digest: text({ maxLength: 40 }),
}

/** A value in the type the API answers: integers and flags as numbers, everything else as text. */
export const containerValue = (name: string, value: string): string | number => {
  const type = options[name]?.type
  return type === 'integer' || type === 'boolean' ? Number(value) : value
}
