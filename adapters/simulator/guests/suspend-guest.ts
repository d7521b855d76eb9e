import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { Guest } from '../world.ts'
import { drivesOf, splitVolumeId } from './drives.ts'
import { checkLock, guestOn, isTemplate } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { startGuest } from './start-guest.ts'

/** The configured storage for a VM's memory, or that of its first disk. */
export const storageForState = ({ config }: Guest): string => {
  const configured = config.get('vmstatestorage')
  if (configured !== undefined) return String(configured)
  return drivesOf(config).flatMap(({ file }) => splitVolumeId(file)?.storage ?? [])[0] ?? 'local'
}

/** The work of a pause task: the process stays, its processors stand still. */
export const pauseGuest = (call: Call, run: TaskRun, vmid: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, () => {
    const guest = guestOn(call, vmid)
    if (guest.config.get('lock') !== 'backup') checkLock(guest)
    if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
    guest.running.paused = true
  })

/** The work of a task that writes a VM's memory to a volume and ends it: it is `suspended` until it is started again. */
export const suspendToDisk = (call: Call, run: TaskRun, vmid: number, storage: string): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    checkLock(guest)
    if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
    guest.config.set('lock', 'suspending')
    await run.sleep(call.sim.durations.stop)
    const date = new Date(call.sim.clock.now()).toISOString().slice(0, 10)
    guest.config.set('vmstate', `${storage}:${vmid}/vm-${vmid}-state-suspend-${date}.raw`)
    guest.config.set('lock', 'suspended')
    guest.running = undefined
  })

/** The work of a resume task: a paused VM goes on, one that was suspended to a volume is started with its memory. */
export const resumeGuest = (call: Call, run: TaskRun, vmid: number, isOnDisk: boolean): Promise<void> =>
  isOnDisk
    ? startGuest(call, run, vmid)
    : withGuestLock(call.sim, call.node.name, vmid, run, () => {
        const guest = guestOn(call, vmid)
        if (isTemplate(guest)) throw failure(`VM ${vmid} is a template and cannot be resumed!`)
        if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
        if (!guest.running.paused) return
        if (guest.config.get('lock') !== 'backup') checkLock(guest)
        guest.running.paused = false
      })
