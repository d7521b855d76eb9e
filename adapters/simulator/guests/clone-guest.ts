import { failure, textOf } from '../api-error.ts'
import type { Call } from '../route.ts'
import { randomUuid } from '../random.ts'
import { clusterLocked } from '../simulation.ts'
import type { TaskRun } from '../tasks.ts'
import type { ConfigValue, Guest, Volume } from '../world.ts'
import { planClone, type ClonePlan, type CloneRequest } from './clone-plan.ts'
import { isCloudInit, printDrive, printSize, splitVolumeId, type Drive } from './drives.ts'
import { guestOn } from './guest-lookup.ts'
import { withGuestLock, withStorageLock } from './guest-locks.ts'
import { macPrefix, printNic, readNic, withMac } from './nic-format.ts'
import { printSmbios, readSmbios } from './smbios.ts'
import { allocateVolume, cloneLine, findVolume, formattingLine, freeVolume, storageNamed } from './volumes.ts'

const gib = 1_073_741_824

const percent = (part: number): string => `(${(part * 100).toFixed(2)}%)`

const inGib = (bytes: number): string => `${(bytes / gib).toFixed(1)} GiB`

/** The new VM's configuration without its disks: own MACs, own UUID, own generation id. */
const freshConfig = (
  call: Call,
  source: Guest,
  plan: ClonePlan,
  { name, description }: CloneRequest,
): Map<string, ConfigValue> => {
  const { random, options } = call.sim.world
  const config = new Map(plan.config)
  for (const key of plan.nics) {
    const nic = { ...readNic(String(config.get(key))), mac: undefined }
    config.set(key, printNic(withMac(nic, random, macPrefix(options))))
  }
  config.set('smbios1', printSmbios({ ...readSmbios(config.get('smbios1')), uuid: randomUuid(random) }))
  if (config.has('vmgenid')) config.set('vmgenid', randomUuid(random))
  config.set('name', name ?? `Copy-of-VM-${source.config.get('name') ?? source.vmid}`)
  if (description !== undefined && description !== '') config.set('description', description)
  return config
}

/** Writes the temporary configuration; a VMID that another node has shows only here. */
const reserve = (call: Call, newid: number): Guest => {
  const { world } = call.sim
  const file = `/etc/pve/nodes/${call.node.name}/qemu-server/${newid}.conf`
  if (world.guests.has(newid)) throw failure(`close (rename) atomic file '${file}' failed: File exists`)
  const guest: Guest = {
    vmid: newid,
    node: call.node.name,
    config: new Map([
      ['lock', 'clone'],
      ['description', ' qmclone temporary file'],
    ]),
    pending: new Map(),
    snapshots: new Map(),
    running: undefined,
  }
  world.guests.set(newid, guest)
  return guest
}

const linkedDisk = (call: Call, run: TaskRun, drive: Drive, newid: number): Promise<Volume> => {
  const { sim, node } = call
  const storage = storageNamed(sim.world, splitVolumeId(drive.file)?.storage ?? '')
  run.log(`create linked clone of drive ${drive.key} (${drive.file})`)
  return withStorageLock(sim, node.name, storage, run, sim.durations.linkedClone, () => {
    const base = findVolume(sim.world, drive.file, node.name)
    if (base === undefined) throw failure(`no such volume '${drive.file}'`)
    const wanted = { vmid: newid, format: base.format, size: base.size, base: drive.file }
    const volume = allocateVolume(storage, node, wanted, sim.clock.now())
    run.log(cloneLine(drive.file, volume))
    run.log(formattingLine(storage, volume))
    return volume
  })
}

const copiedDisk = async (
  call: Call,
  run: TaskRun,
  drive: Drive,
  request: CloneRequest,
  keep: (volume: Volume) => void,
): Promise<Volume> => {
  const { sim, node } = call
  const from = findVolume(sim.world, drive.file, node.name)
  if (from === undefined) throw failure(`no such volume '${drive.file}'`)
  const storage = storageNamed(sim.world, request.storage ?? splitVolumeId(drive.file)?.storage ?? '')
  run.log(`create full clone of drive ${drive.key} (${drive.file})`)
  const volume = await withStorageLock(sim, node.name, storage, run, sim.durations.lockHold, () => {
    const name = isCloudInit(drive) ? { name: `vm-${request.newid}-cloudinit.qcow2` } : {}
    const format = request.format ?? from.format
    const wanted = { vmid: request.newid, format, size: from.size, used: from.used, ...name }
    return allocateVolume(storage, node, wanted, sim.clock.now())
  })
  keep(volume)
  run.log(formattingLine(storage, volume))
  run.log(`allocated target volume '${volume.volid}'`)
  run.log(`transferred 0.0 B of ${inGib(from.size)} ${percent(0)}`)
  if (storage.capacity.available < 0) {
    run.log('qemu-img: error while writing at byte 0: No space left on device')
    throw failure(`copy failed: command '/usr/bin/qemu-img convert' failed: exit code 1`)
  }
  await run.sleep((from.size / gib) * sim.durations.fullClonePerGib)
  run.log(`transferred ${inGib(from.size)} of ${inGib(from.size)} ${percent(1)}`)
  return volume
}

const copyDisks = async (
  call: Call,
  run: TaskRun,
  plan: ClonePlan,
  guest: Guest,
  request: CloneRequest,
  made: Volume[],
  fresh: ReadonlyMap<string, ConfigValue>,
): Promise<void> => {
  const config = new Map(fresh)
  for (const drive of plan.disks) {
    const keep = (volume: Volume): void => {
      made.push(volume)
    }
    const full = plan.full || isCloudInit(drive)
    const volume = full
      ? await copiedDisk(call, run, drive, request, keep)
      : await linkedDisk(call, run, drive, request.newid)
    if (!full) made.push(volume)
    const rest = { ...drive.rest, ...(drive.rest['size'] === undefined ? {} : { size: printSize(volume.size) }) }
    config.set(drive.key, printDrive({ ...drive, file: volume.volid, rest }))
    replaceConfig(guest, new Map([...config, ['lock', 'clone']]))
  }
  if (call.sim.durations.cloneBesides > 0) await run.sleep(call.sim.durations.cloneBesides)
  replaceConfig(guest, config)
}

const replaceConfig = (guest: Guest, config: ReadonlyMap<string, ConfigValue>): void => {
  guest.config.clear()
  for (const [key, value] of config) guest.config.set(key, value)
}

const finish = async (call: Call, guest: Guest, { target, pool }: CloneRequest): Promise<void> => {
  const { world } = call.sim
  if (target !== undefined) guest.node = target
  if (pool === undefined) return
  await clusterLocked(call.sim, 'file-user_cfg', () => {
    world.pools.get(pool)?.vms.add(guest.vmid)
  })
}

const undo = async (call: Call, guest: Guest, made: readonly Volume[]): Promise<void> => {
  const { sim, node } = call
  await sim.clock.sleep(sim.durations.cloneCleanup, sim.closed)
  for (const { volid } of made) freeVolume(sim.world, volid, node.name)
  sim.world.guests.delete(guest.vmid)
}

/**
 * The work of a clone task: locks source and target, checks once more, writes a nameless configuration with `lock:
 * clone`, makes the disks, and only then the real configuration, the node and the pool. A failure leaves nothing behind.
 */
export const cloneGuest = async (call: Call, run: TaskRun, vmid: number, request: CloneRequest): Promise<void> => {
  const { sim, node } = call
  const { newid } = request
  const find = (): Guest => guestOn(call, vmid)
  const work = async (): Promise<void> => {
    const plan = planClone(call, find, request)
    run.log(`creating a clone of VM ${vmid} with ID ${newid}`)
    const fresh = freshConfig(call, find(), plan, request)
    const guest = reserve(call, newid)
    const made: Volume[] = []
    try {
      await copyDisks(call, run, plan, guest, request, made, fresh)
      await finish(call, guest, request)
    } catch (error) {
      // A node that dies takes the worker with it: nobody is left to clean up.
      if (!node.online) throw error
      await undo(call, guest, made)
      throw failure(`clone failed: ${textOf(error)}`)
    }
  }
  const mode = find().running === undefined ? 'shared' : 'exclusive'
  const lockTarget = (): Promise<void> => withGuestLock(sim, node.name, newid, run, work, { timeout: 1000 })
  await withGuestLock(sim, node.name, vmid, run, lockTarget, { timeout: 1000, mode })
}
