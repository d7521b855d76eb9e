import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import { driveKeys } from './drive-format.ts'
import { isNicKey } from './nic-format.ts'

const words = (text: string): readonly string[] => text.split(' ')

const byOption = new Map<string, string>([
  ...words('cores cpu cpulimit cpuunits numa smp sockets vcpus').map((key) => [key, 'VM.Config.CPU'] as const),
  ...words('memory balloon shares allow-ksm').map((key) => [key, 'VM.Config.Memory'] as const),
  ...words('acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 rng0').map(
    (key) => [key, 'VM.Config.HWType'] as const,
  ),
  ...words(
    'agent autostart bios description keyboard localtime migrate_downtime migrate_speed name onboot ostype protection ' +
      'reboot startdate startup tdf template tags',
  ).map((key) => [key, 'VM.Config.Options'] as const),
  ...words('boot bootdisk vmstatestorage').map((key) => [key, 'VM.Config.Disk'] as const),
  ['freeze', 'VM.PowerMgmt'],
])

const cloudInit = new Set(words('cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys'))

/** A check of privileges on one VM; in a call that creates it, its pool's rights count as well. */
export interface GuestRights {
  readonly vmid: number
  readonly pool: string | undefined
}

/** Throws 403 unless the caller has all (with `any`: one) of the privileges on the VM or its future pool. */
export const requireOnGuest = (
  call: Call,
  { vmid, pool }: GuestRights,
  privileges: readonly string[],
  any = false,
): void => {
  if (pool !== undefined && privileges.every((privilege) => call.may(`/pool/${pool}`, privilege))) return
  const path = `/vms/${vmid}`
  if (any && privileges.some((privilege) => call.may(path, privilege))) return
  if (any) call.requireAny(path, ...privileges)
  else call.require(path, ...privileges)
}

/** Options whose right depends on their value are checked where the value is known. */
const dependsOnValue = (key: string): boolean =>
  driveKeys.has(key) || key === 'cdrom' || /^(?:unused|serial|usb|hostpci|virtiofs)\d+$/.test(key)

const requireForOption = (call: Call, rights: GuestRights, key: string): void => {
  if (dependsOnValue(key)) return
  const privilege =
    byOption.get(key) ?? (/^numa\d+$/.test(key) ? 'VM.Config.CPU' : isNicKey(key) ? 'VM.Config.Network' : undefined)
  if (privilege !== undefined) requireOnGuest(call, rights, [privilege])
  else if (cloudInit.has(key) || /^ipconfig\d+$/.test(key))
    requireOnGuest(call, rights, ['VM.Config.Cloudinit', 'VM.Config.Network'], true)
  else throw failure(`only root can set '${key}' config`)
  // The start order changes what the host does.
  if (key === 'startup') call.require('/', 'Sys.Modify')
}

/** Throws unless the caller may set or remove these options: each has its own privilege, some are root's alone. */
export const checkOptionRights = (call: Call, rights: GuestRights, keys: readonly string[]): void => {
  if (call.user === 'root@pam') return
  for (const key of keys) requireForOption(call, rights, key)
}
