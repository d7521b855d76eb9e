import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { Guest } from '../world.ts'
import { drivesOf, isCdrom, printDrive, type Drive } from './drives.ts'
import { checkLock, guestOn, isTemplate } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { renameToBase } from './volumes.ts'

/** What must hold before a VM (or one disk of a template) becomes a template. */
export const checkConvertible = (call: Call, vmid: number, disk: string | undefined): Guest => {
  const guest = guestOn(call, vmid)
  checkLock(guest)
  if (guest.snapshots.size > 0) throw failure('unable to create template, because VM contains snapshots')
  if (isTemplate(guest) && disk === undefined) throw failure(`you can't convert a template to a template`)
  if (guest.running !== undefined) throw failure(`you can't convert a VM to template if VM is running`)
  return guest
}

const convertDisk = (call: Call, guest: Guest, drive: Drive): void => {
  const base = renameToBase(call.sim.world, drive.file, guest.node)
  if (base !== undefined) guest.config.set(drive.key, printDrive({ ...drive, file: base }))
}

/** The work of a template task: disks become base images. */
export const convertToTemplate = (call: Call, run: TaskRun, vmid: number, disk: string | undefined): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = checkConvertible(call, vmid, disk)
    guest.config.set('template', 1)
    for (const drive of drivesOf(guest.config))
      if (!isCdrom(drive) && (disk === undefined || disk === drive.key)) convertDisk(call, guest, drive)
    await run.sleep(call.sim.durations.lockHold)
  })
