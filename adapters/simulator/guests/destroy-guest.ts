import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import { clusterLocked } from '../simulation.ts'
import type { TaskRun } from '../tasks.ts'
import type { Guest } from '../world.ts'
import { drivesOf, readDrive, splitVolumeId } from './drives.ts'
import { checkLock, guestOn, isTemplate } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { findVolume, freeVolume, isBaseInUse } from './volumes.ts'

/** What must hold before a VM may go; checked when asked and again in the task. */
export const checkRemovable = (call: Call, vmid: number): Guest => {
  const guest = guestOn(call, vmid)
  if (Number(guest.config.get('protection') ?? 0) === 1)
    throw failure(`can't remove VM ${vmid} - protection mode enabled`)
  if (guest.running !== undefined) throw failure(`VM ${vmid} is running - destroy failed`)
  return guest
}

const volumesOf = (call: Call, guest: Guest): readonly string[] => {
  const configs = [guest.config, ...guest.snapshots.values()]
  const inDrives = configs.flatMap((config) => drivesOf(config).map((drive) => drive.file))
  const unused = [...guest.config].flatMap(([key, value]) =>
    /^unused\d+$/.test(key) ? [readDrive(key, value).file] : [],
  )
  return [...new Set([...inDrives, ...unused])].filter(
    (volid) => findVolume(call.sim.world, volid, guest.node)?.vmid === guest.vmid,
  )
}

const unreferenced = (call: Call, { vmid, node }: Guest): readonly string[] =>
  [...call.sim.world.storages.values()].flatMap(({ volumes }) =>
    volumes
      .filter((volume) => volume.vmid === vmid && volume.content === 'images')
      .filter((volume) => volume.node === undefined || volume.node === node)
      .map((volume) => volume.volid),
  )

/** Takes the VM out of its pool and removes the rights on it. */
const removeAccess = ({ sim }: Call, vmid: number): Promise<void> =>
  clusterLocked(sim, 'file-user_cfg', () => {
    for (const pool of sim.world.pools.values()) pool.vms.delete(vmid)
    sim.world.access.acl = sim.world.access.acl.filter((entry) => entry.path !== `/vms/${vmid}`)
  })

/** How a removal was asked for. */
export interface RemovalRequest {
  readonly purge: boolean
  /** Also volumes with its VMID that the configuration does not mention. */
  readonly unreferenced: boolean
}

/** The work of a destroy task. The configuration goes last, so that the VMID stays taken until then. */
export const destroyGuest = (call: Call, run: TaskRun, vmid: number, request: RemovalRequest): Promise<void> => {
  const { sim, node } = call
  return withGuestLock(sim, node.name, vmid, run, async () => {
    const guest = checkRemovable(call, vmid)
    // A VM that is suspended to disk may go; of every other lock only root itself could disregard it.
    if (guest.config.get('lock') !== 'suspended') checkLock(guest)
    if (isTemplate(guest))
      for (const { file } of drivesOf(guest.config))
        if (isBaseInUse(sim.world, file, node.name))
          throw failure(`base volume '${file}' is still in use by linked cloned`)
    const volumes = new Set([...volumesOf(call, guest), ...(request.unreferenced ? unreferenced(call, guest) : [])])
    guest.config.clear()
    guest.pending.clear()
    guest.config.set('lock', 'destroyed')
    await run.sleep(sim.durations.destroy)
    for (const volid of volumes) if (splitVolumeId(volid) !== undefined) freeVolume(sim.world, volid, node.name)
    if ([...sim.world.pools.values()].some((pool) => pool.vms.has(vmid)) || hasAcl(call, vmid))
      await removeAccess(call, vmid)
    if (request.purge) run.log(`purging VM ${vmid} from related configurations..`)
    sim.world.guests.delete(vmid)
  })
}

const hasAcl = ({ sim }: Call, vmid: number): boolean =>
  sim.world.access.acl.some((entry) => entry.path === `/vms/${vmid}`)
