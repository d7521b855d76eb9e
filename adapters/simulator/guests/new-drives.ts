import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, Guest, Volume } from '../world.ts'
import { wantedDisk, type WantedDisk } from './drive-access.ts'
import { driveKeys } from './drive-format.ts'
import { isCloudInit, printDrive, printSize, readDrive, splitVolumeId, type Drive } from './drives.ts'
import { withStorageLock, type LockWaiter } from './guest-locks.ts'
import { allocateVolume, findVolume, formattingLine, freeVolume, isFileStorage, storageNamed } from './volumes.ts'

const gib = 1_073_741_824

/** Largest raw image qemu-img makes, in bytes. */
const largestRaw = 16 * 1024 * gib - 512 * 1024

const makeDisk = async (
  call: Call,
  waiter: LockWaiter,
  guest: Guest,
  drive: Drive,
  { storage: id, size }: WantedDisk,
): Promise<readonly [string, Volume]> => {
  const { sim, node } = call
  const storage = storageNamed(sim.world, id)
  const format = drive.rest['format'] ?? (isFileStorage(storage) ? 'qcow2' : 'raw')
  const volume = await withStorageLock(sim, node.name, storage, waiter, sim.durations.lockHold, () =>
    allocateVolume(storage, node, { vmid: guest.vmid, format, size }, sim.clock.now()),
  )
  waiter?.log(formattingLine(storage, volume))
  if (volume.format === 'raw' && isFileStorage(storage) && size > largestRaw) {
    const path = /'(.*?)'/.exec(formattingLine(storage, volume))?.[1] ?? ''
    freeVolume(sim.world, volume.volid, node.name)
    throw failure(`unable to create image: qemu-img: ${path}: The image size is too large for file format 'raw'`)
  }
  const { format: _, ...rest } = drive.rest
  return [printDrive({ ...drive, file: volume.volid, rest: { ...rest, size: printSize(size) } }), volume]
}

const makeCloudInit = async (
  call: Call,
  waiter: LockWaiter,
  guest: Guest,
  drive: Drive,
  storageId: string,
): Promise<readonly [string, Volume]> => {
  const { sim, node } = call
  const other = [...guest.config].find(
    ([key, value]) => driveKeys.has(key) && key !== drive.key && isCloudInit(readDrive(key, value)),
  )
  if (other !== undefined) throw failure(`${drive.key} - cloud-init drive is already attached at '${other[0]}'`)
  const storage = storageNamed(sim.world, storageId)
  const files = isFileStorage(storage)
  const format = drive.rest['format'] ?? (files ? 'qcow2' : 'raw')
  const name = `vm-${guest.vmid}-cloudinit${files ? `.${format}` : ''}`
  const volume = await withStorageLock(sim, node.name, storage, waiter, sim.durations.lockHold, () =>
    allocateVolume(storage, node, { vmid: guest.vmid, format, size: 4_194_304, name }, sim.clock.now()),
  )
  const { format: _, ...rest } = drive.rest
  return [printDrive({ ...drive, file: volume.volid, rest: { ...rest, media: 'cdrom' } }), volume]
}

const existingDisk = (call: Call, drive: Drive): string => {
  const volume = findVolume(call.sim.world, drive.file, call.node.name)
  if (volume === undefined) throw failure(`volume '${drive.file}' does not exist`)
  return printDrive({ ...drive, rest: { ...drive.rest, size: printSize(volume.size) } })
}

/** A drive ready to be stored, and the volume made for it, if any. */
export interface MadeDrive {
  readonly value: string
  readonly volume: Volume | undefined
}

/** Makes what a drive parameter asks for: `shared:32` a new disk, `shared:cloudinit` a cloud-init drive. */
export const makeDrive = async (
  call: Call,
  waiter: LockWaiter,
  guest: Guest,
  key: string,
  text: ConfigValue,
  fallback?: string,
): Promise<MadeDrive> => {
  const drive = readDrive(key, text)
  if (drive.file === 'none' || drive.file === 'cdrom' || drive.file.startsWith('/')) {
    const { size: _, ...rest } = drive.rest
    return { value: printDrive({ ...drive, rest }), volume: undefined }
  }
  const parts = splitVolumeId(drive.file)
  const wanted = wantedDisk(drive, fallback)
  if (parts?.name !== 'cloudinit' && wanted === undefined)
    return { value: existingDisk(call, drive), volume: undefined }
  const [value, volume] =
    wanted === undefined
      ? await makeCloudInit(call, waiter, guest, drive, parts?.storage ?? fallback ?? '')
      : await makeDisk(call, waiter, guest, drive, wanted)
  waiter?.log(`${key}: successfully created disk '${value}'`)
  return { value, volume }
}
