import { failure } from '../api-error.ts'
import { randomUuid } from '../random.ts'
import type { Call } from '../route.ts'
import { startTask, type TaskRun } from '../tasks.ts'
import type { Guest } from '../world.ts'
import { drivesOf } from './drives.ts'
import { checkLock, isTemplate } from './guest-lookup.ts'
import { letGoOfDrive } from './pending-changes.ts'
import { isUnused, marked, snapshotNamed } from './snapshot-lock.ts'
import { bootGuest, startGuest } from './start-guest.ts'

const ofSnapshotAlone = new Set(['snaptime', 'parent', 'description', 'vmstate', 'runningmachine', 'runningcpu'])

/** Puts a snapshot's configuration in the place of the one there is; disks that it does not name are kept as unused. */
const comeBack = (call: Call, guest: Guest, name: string): void => {
  const { world } = call.sim
  const snapshot = snapshotNamed(guest, name)
  const named = new Set(drivesOf(snapshot).map(({ file }) => file))
  for (const drive of drivesOf(guest.config))
    if (!named.has(drive.file)) letGoOfDrive(world, guest, drive.key, guest.config.get(drive.key) ?? '')
  const kept = [...guest.config].filter(([key]) => key === 'description' || isUnused(key))
  guest.pending.clear()
  guest.config.clear()
  for (const [key, value] of kept) guest.config.set(key, value)
  for (const [key, value] of snapshot) if (!ofSnapshotAlone.has(key)) guest.config.set(key, value)
  // It is told that it lives a second time.
  if (guest.config.has('vmgenid')) guest.config.set('vmgenid', randomUuid(world.random))
  guest.config.set('parent', name)
}

/**
 * The work of a rollback task: the VM stops and has the configuration that it had, bridges included, whether they are still there
 * or not. One whose memory was kept is started within this task, which fails when it can't be; its configuration is the old one by
 * then. With `start` any other is started in a task of its own, whose failure this one does not tell.
 */
export const rollBack = async (call: Call, run: TaskRun, vmid: number, name: string, start: boolean): Promise<void> => {
  const { sim, node, user } = call
  await marked(
    call,
    run,
    vmid,
    'rollback',
    async (guest) => {
      if (isTemplate(guest)) throw failure(`you can't rollback if vm is a template`)
      const state = snapshotNamed(guest, name).get('snapstate')
      if (state !== undefined) throw failure(`unable to rollback to incomplete snapshot (snapstate = ${state})`)
      checkLock(guest)
      if (guest.running !== undefined) await run.sleep(sim.durations.stop)
      guest.running = undefined
    },
    async (guest) => {
      comeBack(call, guest, name)
      if (snapshotNamed(guest, name).has('vmstate')) await bootGuest(call, run, guest)
    },
  )
  if (start && sim.world.guests.get(vmid)?.running === undefined)
    startTask(sim, { node: node.name, type: 'qmstart', id: String(vmid), user }, (its) => startGuest(call, its, vmid))
}
