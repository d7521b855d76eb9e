import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { drivesOf, isCdrom } from './drives.ts'
import { checkLock, configDigest, guestOn, isTemplate } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { findVolume } from './volumes.ts'

const locked = (call: Call, run: TaskRun, vmid: number, work: (guest: Guest) => void | Promise<void>): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    checkLock(guest)
    await work(guest)
    await run.sleep(call.sim.durations.snapshot)
  })

const notKept = new Set(['lock', 'parent', 'digest', 'description'])

const checkFeature = (call: Call, guest: Guest): void => {
  for (const drive of drivesOf(guest.config)) {
    if (isCdrom(drive)) continue
    const format = findVolume(call.sim.world, drive.file, guest.node)?.format
    if (format === 'raw') throw failure('snapshot feature is not available')
  }
}

/** The work of a snapshot task. */
export const takeSnapshot = (
  call: Call,
  run: TaskRun,
  vmid: number,
  name: string,
  description: string | undefined,
): Promise<void> =>
  locked(call, run, vmid, (guest) => {
    if (isTemplate(guest)) throw failure(`you can't take a snapshot if it's a template`)
    if (guest.snapshots.has(name)) throw failure(`snapshot name '${name}' already used`)
    checkFeature(call, guest)
    for (const drive of drivesOf(guest.config))
      if (!isCdrom(drive)) run.log(`snapshotting 'drive-${drive.key}' (${drive.file})`)
    const parent = guest.config.get('parent')
    const kept = new Map<string, ConfigValue>([
      ...[...guest.config].filter(([key]) => !notKept.has(key)),
      ['snaptime', Math.floor(call.sim.clock.now() / 1000)],
      ...(parent === undefined ? [] : [['parent', parent] as const]),
      ...(description === undefined ? [] : [['description', description] as const]),
    ])
    guest.snapshots.set(name, kept)
    guest.config.set('parent', name)
  })

/** A snapshot's own configuration, its old bridges included; throws where there is none of that name. */
export const snapshotNamed = (guest: Guest, name: string): ReadonlyMap<string, ConfigValue> => {
  const snapshot = guest.snapshots.get(name)
  if (snapshot === undefined) throw failure(`snapshot '${name}' does not exist`)
  return snapshot
}

/** The work of a rollback task: the VM stops, and is again what it was. */
export const rollBack = (call: Call, run: TaskRun, vmid: number, name: string): Promise<void> =>
  locked(call, run, vmid, (guest) => {
    const snapshot = snapshotNamed(guest, name)
    const description = guest.config.get('description')
    guest.running = undefined
    guest.pending.clear()
    guest.config.clear()
    for (const [key, value] of snapshot)
      if (key !== 'snaptime' && key !== 'parent' && key !== 'description') guest.config.set(key, value)
    if (description !== undefined) guest.config.set('description', description)
    guest.config.set('parent', name)
  })

/** The work of a task that removes a snapshot: what came after it now comes after the one before. */
export const removeSnapshot = (call: Call, run: TaskRun, vmid: number, name: string): Promise<void> =>
  locked(call, run, vmid, (guest) => {
    const parent = snapshotNamed(guest, name).get('parent')
    guest.snapshots.delete(name)
    const relink = (config: ReadonlyMap<string, ConfigValue>): Map<string, ConfigValue> => {
      const copy = new Map(config)
      copy.delete('parent')
      if (parent !== undefined) copy.set('parent', parent)
      return copy
    }
    for (const [other, config] of guest.snapshots)
      if (config.get('parent') === name) guest.snapshots.set(other, relink(config))
    if (guest.config.get('parent') !== name) return
    if (parent === undefined) guest.config.delete('parent')
    else guest.config.set('parent', parent)
  })

/** The list of snapshots, with the present as its last row. */
export const snapshotRows = (guest: Guest): readonly Readonly<Record<string, unknown>>[] => {
  const parent = guest.config.get('parent')
  return [
    ...[...guest.snapshots].map(([name, config]) => ({
      name,
      description: config.get('description') ?? '',
      snaptime: config.get('snaptime'),
      vmstate: 0,
      ...(config.has('parent') ? { parent: config.get('parent') } : {}),
    })),
    {
      name: 'current',
      description: 'You are here!',
      digest: configDigest(guest),
      running: guest.running === undefined ? 0 : 1,
      ...(parent === undefined ? {} : { parent }),
    },
  ]
}
