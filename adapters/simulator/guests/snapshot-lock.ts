import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { guestOn } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'

/** A snapshot's own configuration, its old bridges included; throws where there is none of that name. */
export const snapshotNamed = (guest: Guest, name: string): ReadonlyMap<string, ConfigValue> => {
  const snapshot = guest.snapshots.get(name)
  if (snapshot === undefined) throw failure(`snapshot '${name}' does not exist`)
  return snapshot
}

type SnapshotLock = 'snapshot' | 'snapshot-delete' | 'rollback'

/**
 * Does something to a VM's snapshots: `begin` and `end` hold its file's lock, and in between, while volumes are worked on, only
 * its mark of that name keeps others off. A node that goes down meanwhile leaves the mark.
 */
export const marked = async (
  call: Call,
  run: TaskRun,
  vmid: number,
  lock: SnapshotLock,
  begin: (guest: Guest) => void | Promise<void>,
  end: (guest: Guest) => void | Promise<void>,
): Promise<void> => {
  await withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    await begin(guest)
    guest.config.set('lock', lock)
  })
  await run.sleep(call.sim.durations.snapshot)
  await withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    guest.config.delete('lock')
    await end(guest)
  })
}

/** Is this the key of a volume that no drive holds. */
export const isUnused = (key: string): boolean => /^unused\d+$/.test(key)
