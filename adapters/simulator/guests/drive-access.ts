import { failure, parameterError } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, World } from '../world.ts'
import { drivesOf, isCdrom, printDrive, readDrive, splitVolumeId, type Drive } from './drives.ts'
import type { GuestRights } from './option-privileges.ts'
import { readVolumeName } from './volume-names.ts'
import { storageNamed } from './volumes.ts'

const gib = 1_073_741_824

/** `shared:32`: a disk of 32 GiB is to be made. */
const newDisk = /^(?:([^/:\s]+):)?(\d+(?:\.\d+)?)$/

/** A disk to be made. */
export interface WantedDisk {
  readonly storage: string
  /** Bytes. */
  readonly size: number
}

/** Firmware and TPM states have the size they have, whatever was asked for. */
const fixedSize = ({ key, rest }: Drive): number | undefined => {
  if (key === 'tpmstate0') return 4_194_304
  return key === 'efidisk0' ? (rest['efitype'] === '4m' ? 540_672 : 131_072) : undefined
}

/** What `shared:32` or, on the default storage, `32` asks for; undefined where the drive names a volume. */
export const wantedDisk = (drive: Drive, fallback: string | undefined): WantedDisk | undefined => {
  const [, given, size] = newDisk.exec(drive.file) ?? []
  if (size === undefined) return undefined
  const storage = given ?? fallback
  if (storage === undefined) throw failure('no storage ID specified (and no default storage)')
  return { storage, size: fixedSize(drive) ?? Math.ceil(Number(size) * gib) }
}

/** Brings a drive parameter into the form it is stored in; 400 where it cannot be. */
export const normalDrive = (world: World, key: string, value: string): string => {
  const drive = readDrive(key, value)
  const parts = splitVolumeId(drive.file)
  const existing = parts !== undefined && !newDisk.test(drive.file) && parts.name !== 'cloudinit'
  if (existing && drive.rest['media'] !== 'cdrom') {
    if (readVolumeName(storageNamed(world, parts.storage), parts.name).type === 'iso')
      throw parameterError({ [key]: `explicit 'media=cdrom' is required for iso images` })
  }
  const empty = drive.file === 'none' || drive.file === 'cdrom'
  const rest = empty && drive.rest['media'] === undefined ? { ...drive.rest, media: 'cdrom' } : drive.rest
  return printDrive({ ...drive, rest })
}

const checkExistingVolume = (call: Call, { vmid }: GuestRights, drive: Drive): void => {
  const parts = splitVolumeId(drive.file)
  if (parts === undefined) {
    if (call.user !== 'root@pam') throw failure('Only root can pass arbitrary filesystem paths.')
    return
  }
  const path = `/storage/${parts.storage}`
  const { type, owner } = readVolumeName(storageNamed(call.sim.world, parts.storage), parts.name)
  if (!call.may(path, 'Datastore.Allocate')) {
    if (type === 'iso' || type === 'vztmpl') call.requireAny(path, 'Datastore.AllocateSpace', 'Datastore.Audit')
    else if (owner !== vmid) call.require(path, 'Datastore.Allocate')
  }
  if (type !== 'images' && type !== 'iso')
    throw parameterError({ [drive.key]: `content type needs to be 'images' or 'iso'` })
}

/** Throws unless the caller may put these drives where they are to go. */
export const checkDriveAccess = (
  call: Call,
  rights: GuestRights,
  options: ReadonlyMap<string, ConfigValue>,
  fallback?: string,
): void => {
  for (const drive of drivesOf(options)) {
    const name = splitVolumeId(drive.file)?.name
    if (drive.file === '' || drive.file === 'none' || drive.file === 'cloudinit' || name === 'cloudinit') continue
    if (drive.file === 'cdrom') {
      call.require('/', 'Sys.Console')
      continue
    }
    const wanted = isCdrom(drive) ? undefined : wantedDisk(drive, fallback)
    if (wanted === undefined) {
      checkExistingVolume(call, rights, drive)
      continue
    }
    call.require(`/storage/${wanted.storage}`, 'Datastore.AllocateSpace')
    if (!storageNamed(call.sim.world, wanted.storage).content.includes('images'))
      throw parameterError({ storage: `storage '${wanted.storage}' does not support vm images` })
  }
}
