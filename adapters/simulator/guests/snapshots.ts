import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { drivesOf, isCdrom } from './drives.ts'
import { checkLock, configDigest, isTemplate } from './guest-lookup.ts'
import { isUnused, marked, snapshotNamed } from './snapshot-lock.ts'
import { findVolume } from './volumes.ts'

const notKept = new Set(['lock', 'parent', 'digest', 'description'])

const checkFeature = (call: Call, guest: Guest): void => {
  for (const drive of drivesOf(guest.config)) {
    if (isCdrom(drive)) continue
    const format = findVolume(call.sim.world, drive.file, guest.node)?.format
    if (format === 'raw') throw failure('snapshot feature is not available')
  }
}

/** What is kept with a running VM's memory: the volume it is in, and what QEMU was. */
const memoryOptions = ({ vmid, running }: Guest, name: string, storage: string): readonly [string, ConfigValue][] =>
  running === undefined
    ? []
    : [
        ['vmstate', `${storage}:${vmid}/vm-${vmid}-state-${name}.raw`],
        ['runningmachine', 'pc-i440fx-10.0+pve0'],
        ['runningcpu', 'kvm64,enforce,+kvm_pv_eoi,+kvm_pv_unhalt,+lahf_lm,+sep'],
      ]

/** What a snapshot is to be; with `memoryOn`, the storage that takes a running VM's memory. */
export interface SnapshotRequest {
  readonly name: string
  readonly description: string | undefined
  readonly memoryOn: string | undefined
}

/** The work of a snapshot task. */
export const takeSnapshot = (
  call: Call,
  run: TaskRun,
  vmid: number,
  { name, description, memoryOn }: SnapshotRequest,
): Promise<void> =>
  marked(
    call,
    run,
    vmid,
    'snapshot',
    (guest) => {
      if (isTemplate(guest)) throw failure(`you can't take a snapshot if it's a template`)
      checkLock(guest)
      if (guest.snapshots.has(name)) throw failure(`snapshot name '${name}' already used`)
      checkFeature(call, guest)
      for (const drive of drivesOf(guest.config))
        if (!isCdrom(drive)) run.log(`snapshotting 'drive-${drive.key}' (${drive.file})`)
      const parent = guest.config.get('parent')
      const kept = new Map<string, ConfigValue>([
        ...[...guest.config].filter(([key]) => !notKept.has(key) && !isUnused(key)),
        ['snaptime', Math.floor(call.sim.clock.now() / 1000)],
        ...(parent === undefined ? [] : [['parent', parent] as const]),
        ...(description === undefined ? [] : [['description', description] as const]),
        ...(memoryOn === undefined ? [] : memoryOptions(guest, name, memoryOn)),
        ['snapstate', 'prepare'],
      ])
      guest.snapshots.set(name, kept)
    },
    (guest) => {
      const kept = [...snapshotNamed(guest, name)].filter(([key]) => key !== 'snapstate')
      guest.snapshots.set(name, new Map(kept))
      guest.config.set('parent', name)
    },
  )

/** Whatever came after a snapshot that goes now comes after the one before. */
const forget = (guest: Guest, name: string): void => {
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
}

/** The work of a task that removes a snapshot. */
export const removeSnapshot = (call: Call, run: TaskRun, vmid: number, name: string): Promise<void> =>
  marked(
    call,
    run,
    vmid,
    'snapshot-delete',
    (guest) => {
      snapshotNamed(guest, name)
      checkLock(guest)
      if (isTemplate(guest)) throw failure(`you can't delete a snapshot if vm is a template`)
    },
    (guest) => forget(guest, name),
  )

/** The list of snapshots, with the present as its last row. */
export const snapshotRows = (guest: Guest): readonly Readonly<Record<string, unknown>>[] => {
  const parent = guest.config.get('parent')
  return [
    ...[...guest.snapshots].map(([name, config]) => ({
      name,
      description: config.get('description') ?? '',
      snaptime: config.get('snaptime'),
      vmstate: config.has('vmstate') ? 1 : 0,
      ...(config.has('snapstate') ? { snapstate: config.get('snapstate') } : {}),
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
