import { failure, parameterError } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { checkBridgeAccess } from './bridge-access.ts'
import { checkedGuest, checkWritable, type ConfigUpdate } from './config-update.ts'
import { checkDeviceRight } from './device-rights.ts'
import { driveKeys } from './drive-format.ts'
import { isCdrom, isCloudInit, readDrive } from './drives.ts'
import type { LockWaiter } from './guest-locks.ts'
import { hotplugPending } from './hotplug.ts'
import { makeDrive } from './new-drives.ts'
import { isNicKey } from './nic-format.ts'
import { requireOnGuest } from './option-privileges.ts'
import { applyPending, dropIdlePending, letGoOfDrive } from './pending-changes.ts'
import { readProperties } from './property-string.ts'
import { bootFormat } from './option-formats.ts'
import { canonicalTags } from './tags.ts'
import { freeVolume } from './volumes.ts'

const checkDriveRight = (call: Call, guest: Guest, key: string, value: ConfigValue): void => {
  const drive = readDrive(key, value)
  const rights = { vmid: guest.vmid, pool: undefined }
  if (isCloudInit(drive)) requireOnGuest(call, rights, ['VM.Config.Cloudinit', 'VM.Config.CDROM'])
  else requireOnGuest(call, rights, [isCdrom(drive) ? 'VM.Config.CDROM' : 'VM.Config.Disk'])
}

const checkProtection = (guest: Guest, what: string): void => {
  if (Number(guest.config.get('protection') ?? 0) === 1) throw failure(`${what} - protection mode enabled`)
}

const bootOrder = (guest: Guest): readonly string[] => {
  const { order = '' } = readProperties(bootFormat, String(guest.config.get('boot') ?? ''))
  return order.split(';').filter((key) => key !== '')
}

const leaveBootOrder = (guest: Guest, key: string): void => {
  const order = bootOrder(guest)
  if (order.includes(key)) guest.pending.set('boot', `order=${order.filter((other) => other !== key).join(';')}`)
}

const removeOption = (call: Call, waiter: LockWaiter, guest: Guest, key: string): void => {
  const value = guest.config.get(key) ?? guest.pending.get(key)
  if (value === undefined || value === null) {
    waiter?.log(`cannot delete '${key}' - not set in current configuration!`)
    return
  }
  leaveBootOrder(guest, key)
  if (/^unused\d+$/.test(key)) {
    const { file } = readDrive(key, value)
    checkProtection(guest, `can't remove unused disk '${file}'`)
    requireOnGuest(call, { vmid: guest.vmid, pool: undefined }, ['VM.Config.Disk'])
    freeVolume(call.sim.world, file, guest.node)
    guest.config.delete(key)
    return
  }
  if (driveKeys.has(key)) {
    checkProtection(guest, `can't remove drive '${key}'`)
    checkDriveRight(call, guest, key, value)
    const waiting = guest.pending.get(key)
    if (waiting !== undefined && waiting !== null) letGoOfDrive(call.sim.world, guest, key, waiting)
  }
  if (isNicKey(key) && guest.config.has(key)) checkBridgeAccess(call, new Map([[key, guest.config.get(key) ?? '']]))
  checkDeviceRight(call, { vmid: guest.vmid, pool: undefined }, key, value, 'delete')
  guest.pending.set(key, null)
}

const checkBootDevices = (guest: Guest, update: ConfigUpdate, value: ConfigValue): void => {
  const order = readProperties(bootFormat, String(value))['order']?.split(';') ?? []
  for (const device of order) {
    if (device === '') continue
    const there = guest.config.has(device) || guest.pending.has(device) || update.set.has(device)
    if (!there || update.remove.includes(device)) throw failure(`invalid bootorder: device '${device}' does not exist'`)
  }
}

const setDrive = async (
  call: Call,
  waiter: LockWaiter,
  guest: Guest,
  key: string,
  value: ConfigValue,
): Promise<void> => {
  const before = guest.config.get(key)
  if (before !== undefined) checkDriveRight(call, guest, key, before)
  checkDriveRight(call, guest, key, value)
  const made = await makeDrive(call, waiter, guest, key, value)
  guest.pending.set(key, made.value)
  const order = bootOrder(guest)
  if (isCdrom(readDrive(key, made.value)) && order.length > 0 && !order.includes(key))
    guest.pending.set('boot', `order=${[...order, key].join(';')}`)
}

const setOption = async (
  call: Call,
  waiter: LockWaiter,
  guest: Guest,
  update: ConfigUpdate,
  key: string,
  value: ConfigValue,
): Promise<void> => {
  if (driveKeys.has(key)) return setDrive(call, waiter, guest, key, value)
  const before = guest.config.get(key)
  const rights = { vmid: guest.vmid, pool: undefined }
  if (before !== undefined) checkDeviceRight(call, rights, key, before, 'modify')
  checkDeviceRight(call, rights, key, value, 'modify')
  if (isNicKey(key) && guest.config.has(key)) checkBridgeAccess(call, new Map([[key, guest.config.get(key) ?? '']]))
  if (key === 'boot') checkBootDevices(guest, update, value)
  guest.pending.set(key, key === 'tags' ? canonicalTags(String(value)) : value)
}

const revertOptions = (guest: Guest, { revert }: ConfigUpdate): void => {
  for (const key of revert) guest.pending.delete(key)
}

/**
 * Carries a verified update out while the VM's lock is held: everything becomes pending first, then what can be put into
 * force is. A stopped VM takes it all. Throws a 400 that names what could not be plugged in or out.
 */
export const applyUpdate = async (call: Call, waiter: LockWaiter, update: ConfigUpdate): Promise<void> => {
  const guest = checkedGuest(call, update)
  checkWritable(call, guest.vmid)
  waiter?.log(update.description)
  revertOptions(guest, update)
  const boot = guest.pending.get('boot')
  for (const key of update.remove) removeOption(call, waiter, guest, key)
  for (const [key, value] of update.set) await setOption(call, waiter, guest, update, key, value)
  dropIdlePending(guest)
  if (guest.running === undefined) {
    applyPending(call.sim.world, guest, update.force ? new Set(update.remove) : new Set())
    return
  }
  const touched = new Set([...update.remove, ...update.set.keys(), ...update.revert])
  if (guest.pending.get('boot') !== boot) touched.add('boot')
  const errors = await hotplugPending(call, guest, touched, update.force)
  if (Object.keys(errors).length > 0) throw parameterError(errors)
}
