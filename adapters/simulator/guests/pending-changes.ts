import type { ConfigValue, Guest, World } from '../world.ts'
import { driveKeys, unusedKeys } from './drive-format.ts'
import { isCdrom, isCloudInit, readDrive, splitVolumeId } from './drives.ts'
import { freeVolume } from './volumes.ts'

/** Keeps a volume that no drive holds any more as `unusedN`; foreign volumes and CD images are just let go. */
export const letGoOfDrive = (world: World, guest: Guest, key: string, value: ConfigValue): void => {
  const drive = readDrive(key, value)
  if (isCloudInit(drive)) {
    freeVolume(world, drive.file, guest.node)
    return
  }
  if (isCdrom(drive) || splitVolumeId(drive.file) === undefined) return
  const inUse = [...guest.config].some(
    ([other, text]) =>
      other !== key &&
      (driveKeys.has(other) || other.startsWith('unused')) &&
      readDrive(other, text).file === drive.file,
  )
  const free = unusedKeys.find((unused) => !guest.config.has(unused))
  if (!inUse && free !== undefined) guest.config.set(free, drive.file)
}

/** Removes pending entries that would change nothing. */
export const dropIdlePending = (guest: Guest): void => {
  for (const [key, value] of guest.pending) {
    const current = guest.config.get(key)
    if (value === null ? current === undefined : current !== undefined && String(current) === String(value))
      guest.pending.delete(key)
  }
}

/** Puts one pending change into force. A disk that goes is kept as `unusedN`, or removed when `force` says so. */
export const applyChange = (world: World, guest: Guest, key: string, force = false): void => {
  const value = guest.pending.get(key)
  if (value === undefined) return
  const before = guest.config.get(key)
  guest.pending.delete(key)
  // An empty description leaves no trace in the file.
  if (value === null || (key === 'description' && value === '')) guest.config.delete(key)
  else guest.config.set(key, value)
  if (before === undefined || !driveKeys.has(key)) return
  const old = readDrive(key, before)
  if (value !== null && readDrive(key, value).file === old.file) return
  if (force && !isCdrom(old)) freeVolume(world, old.file, guest.node)
  else letGoOfDrive(world, guest, key, before)
}

/** Puts everything pending into force, as a stop or a start does. */
export const applyPending = (world: World, guest: Guest, forced: ReadonlySet<string> = new Set()): void => {
  for (const key of guest.pending.keys()) applyChange(world, guest, key, forced.has(key))
}

/** The configuration as GET shows it: with pending changes, or the running values only. */
export const visibleConfig = (guest: Guest, current: boolean): Map<string, ConfigValue> => {
  const config = new Map(guest.config)
  if (current) return config
  for (const [key, value] of guest.pending) {
    if (value === null) config.delete(key)
    else config.set(key, value)
  }
  return config
}

/** One row per option: what it is, and what it will be. */
export const pendingRows = (guest: Guest): readonly Readonly<Record<string, ConfigValue>>[] => {
  const rows: Readonly<Record<string, ConfigValue>>[] = []
  for (const [key, value] of guest.config) {
    const next = guest.pending.get(key)
    rows.push({ key, value, ...(next === undefined ? {} : next === null ? { delete: 1 } : { pending: next }) })
  }
  for (const [key, value] of guest.pending)
    if (!guest.config.has(key)) rows.push(value === null ? { key, delete: 1 } : { key, pending: value })
  return rows
}
