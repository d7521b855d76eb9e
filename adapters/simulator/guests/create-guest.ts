import { failure, forbidden, textOf } from '../api-error.ts'
import { randomUuid } from '../random.ts'
import type { Call } from '../route.ts'
import { clusterLocked } from '../simulation.ts'
import type { TaskRun } from '../tasks.ts'
import type { ConfigValue, Guest, Volume } from '../world.ts'
import { checkBridgeAccess } from './bridge-access.ts'
import { optionValues } from './config-update.ts'
import { driveKeys } from './drive-format.ts'
import { drivesOf, isCdrom } from './drives.ts'
import { withGuestLock } from './guest-locks.ts'
import { pinnedMachine } from './machine-type.ts'
import { checkDeviceRight } from './device-rights.ts'
import { checkDriveAccess } from './drive-access.ts'
import { makeDrive } from './new-drives.ts'
import { checkOptionRights, requireOnGuest } from './option-privileges.ts'
import { readSmbios, printSmbios } from './smbios.ts'
import { canonicalTags } from './tags.ts'
import { freeVolume } from './volumes.ts'

/** A verified request to create a VM. */
export interface CreateRequest {
  readonly vmid: number
  readonly options: ReadonlyMap<string, ConfigValue>
  readonly pool: string | undefined
  /** For disks that name no storage. */
  readonly storage: string | undefined
  readonly start: boolean
}

const mayCreate = (call: Call, vmid: number, pool: string | undefined): boolean =>
  call.may(`/vms/${vmid}`, 'VM.Allocate') || (pool !== undefined && call.may(`/pool/${pool}`, 'VM.Allocate'))

/** Verifies a request in Proxmox' order. */
export const createRequest = (call: Call): CreateRequest => {
  const { params, sim } = call
  const vmid = Number(params['vmid'])
  const { pool, storage } = params
  const start = params['start'] === '1'
  call.requireQuorum()
  if (pool !== undefined && !sim.world.pools.has(pool)) throw forbidden(`pool '${pool}' does not exist`)
  if (storage !== undefined) call.require(`/storage/${storage}`, 'Datastore.AllocateSpace')
  const rights = { vmid, pool }
  if (start) requireOnGuest(call, rights, ['VM.PowerMgmt'])
  if (!mayCreate(call, vmid, pool)) throw forbidden()
  if (params['archive'] !== undefined) throw failure(`unable to restore VM ${vmid} - this simulator has no backups`)
  const options = optionValues(call, params)
  checkDriveAccess(call, rights, options, storage)
  checkOptionRights(call, rights, [...options.keys()])
  for (const [key, value] of options) checkDeviceRight(call, rights, key, value)
  checkBridgeAccess(call, options)
  return { vmid, options, pool, storage, start }
}

/** Takes the VMID with an almost empty configuration; throws when any node has it. */
export const reserveGuest = ({ sim, node }: Call, vmid: number): Guest => {
  const taken = sim.world.guests.get(vmid)
  if (taken !== undefined)
    throw failure(
      `unable to create VM ${vmid} - ${taken.kind === 'lxc' ? 'CT' : 'VM'} ${vmid} already exists on node '${taken.node}'`,
    )
  const guest: Guest = {
    vmid,
    node: node.name,
    config: new Map([['lock', 'create']]),
    pending: new Map(),
    snapshots: new Map(),
    running: undefined,
  }
  sim.world.guests.set(vmid, guest)
  return guest
}

const bootBuses = ['ide', 'scsi', 'virtio', 'sata']

/** `order=scsi0;net0`: the first disk, the first CD drive, the first NIC. */
const defaultBoot = (config: ReadonlyMap<string, ConfigValue>): string => {
  const rank = (key: string): number =>
    bootBuses.indexOf(key.replace(/\d+$/, '')) * 100 + Number(/\d+$/.exec(key)?.[0] ?? 0)
  const drives = drivesOf(config)
    .filter(({ key }) => bootBuses.includes(key.replace(/\d+$/, '')))
    .toSorted((a, b) => rank(a.key) - rank(b.key))
  const disk = drives.find((drive) => !isCdrom(drive))?.key
  const cd = drives.find((drive) => isCdrom(drive))?.key
  const nic = Array.from({ length: 32 }, (_, index) => `net${index}`).find((key) => config.has(key))
  const order = [disk, cd, nic].filter((key) => key !== undefined)
  return order.length === 0 ? ' ' : `order=${order.join(';')}`
}

/** What Proxmox adds to the options it was given. */
const completed = (call: Call, given: ReadonlyMap<string, ConfigValue>): Map<string, ConfigValue> => {
  const { random } = call.sim.world
  const config = new Map(given)
  config.set('meta', `creation-qemu=10.0.13,ctime=${Math.floor(call.sim.clock.now() / 1000)}`)
  if (!config.has('boot')) config.set('boot', defaultBoot(config))
  if (readSmbios(config.get('smbios1'))['uuid'] === undefined && !config.has('smbios1'))
    config.set('smbios1', printSmbios({ uuid: randomUuid(random) }))
  if (!config.has('vmgenid')) config.set('vmgenid', randomUuid(random))
  const machine = pinnedMachine(config.get('machine'), config.get('ostype'))
  if (machine !== undefined) config.set('machine', machine)
  const tags = config.get('tags')
  if (tags !== undefined) config.set('tags', canonicalTags(String(tags)))
  return config
}

const build = async (call: Call, run: TaskRun, guest: Guest, request: CreateRequest): Promise<void> => {
  const made: Volume[] = []
  try {
    const config = new Map(request.options)
    const drives = [...config.keys()].filter((key) => driveKeys.has(key)).toSorted()
    for (const key of drives) {
      const { value, volume } = await makeDrive(call, run, guest, key, config.get(key) ?? '', request.storage)
      if (volume !== undefined) made.push(volume)
      config.set(key, value)
    }
    guest.config.clear()
    for (const [key, value] of completed(call, config)) guest.config.set(key, value)
  } catch (error) {
    for (const { volid } of made) freeVolume(call.sim.world, volid, guest.node)
    call.sim.world.guests.delete(guest.vmid)
    throw failure(`unable to create VM ${guest.vmid} - ${textOf(error)}`)
  }
}

/** The work of a create task: disks first, then the configuration, then the pool. A failure leaves nothing behind. */
export const createGuest = (call: Call, run: TaskRun, guest: Guest, request: CreateRequest): Promise<void> => {
  const { sim, node } = call
  const { pool, vmid } = request
  const work = async (): Promise<void> => {
    await build(call, run, guest, request)
    if (pool === undefined) return
    await clusterLocked(sim, 'file-user_cfg', () => {
      sim.world.pools.get(pool)?.vms.add(vmid)
    })
  }
  return withGuestLock(sim, node.name, vmid, run, work, { timeout: 1000 })
}
