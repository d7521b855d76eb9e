import { failure, forbidden, parameterError } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { ConfigValue, Guest } from '../world.ts'
import { checkBridgeAccess } from './bridge-access.ts'
import { driveKeys, unusedKeys } from './drive-format.ts'
import { isCdrom, isCloudInit, readDrive, splitVolumeId, drivesOf, type Drive } from './drives.ts'
import { checkLock, isTemplate, vmOn } from './guest-lookup.ts'
import { isNicKey } from './nic-format.ts'
import { checkStorageOn, isBaseVolume, storageNamed } from './volumes.ts'

/** What a clone was asked to be. */
export interface CloneRequest {
  readonly newid: number
  readonly name: string | undefined
  readonly description: string | undefined
  readonly pool: string | undefined
  readonly snapshot: string | undefined
  readonly storage: string | undefined
  readonly format: string | undefined
  /** Another node than the source's; undefined for the same. */
  readonly target: string | undefined
  /** Undefined: linked from a template, full from anything else. */
  readonly full: boolean | undefined
}

/** What will be copied as it is, and which disks have to be made. */
export interface ClonePlan {
  readonly config: ReadonlyMap<string, ConfigValue>
  readonly disks: readonly Drive[]
  readonly nics: readonly string[]
  readonly full: boolean
}

/** A call's parameters as a request. */
export const cloneRequest = ({ params, node }: Call): CloneRequest => {
  const target = params['target']
  return {
    newid: Number(params['newid']),
    name: params['name'],
    description: params['description'],
    pool: params['pool'],
    snapshot: params['snapname'],
    storage: params['storage'],
    format: params['format'],
    target: target === node.name || target === 'localhost' ? undefined : target,
    full: params['full'] === undefined ? undefined : params['full'] === '1',
  }
}

/** Checks the caller's right to put disks where they go; tells whether all of the VM lies on shared storage. */
const checkDisks = (call: Call, config: ReadonlyMap<string, ConfigValue>, storage: string | undefined): boolean => {
  let shared = true
  for (const drive of drivesOf(config)) {
    if (drive.file === '' || drive.file === 'none') continue
    if (drive.file === 'cdrom') {
      call.require('/', 'Sys.Console')
      continue
    }
    const id = splitVolumeId(drive.file)?.storage
    if (id === undefined) continue
    if (!storageNamed(call.sim.world, id).shared) shared = false
    if (!isCdrom(drive)) call.require(`/storage/${storage ?? id}`, 'Datastore.AllocateSpace')
  }
  return shared
}

const checkTarget = (call: Call, { target, storage }: CloneRequest): void => {
  const { world } = call.sim
  if (target !== undefined && !world.nodes.has(target)) throw failure(`no such cluster node '${target}'`)
  if (storage === undefined) return
  const { content } = checkStorageOn(world, storage, call.node.name)
  if (!content.includes('images')) throw parameterError({ storage: `storage '${storage}' does not support vm images` })
  if (target === undefined) return
  if (!checkStorageOn(world, storage, target).shared) throw failure(`can't clone to non-shared storage '${storage}'`)
}

const notCopied = new Set(['lock', 'parent', 'snaptime', 'vmstate', 'snapstate', 'template', 'digest', ...unusedKeys])

const checkDisk = (drive: Drive, full: boolean, snapshot: string | undefined): void => {
  if (full || isCloudInit(drive) || drive.key === 'tpmstate0') return
  if (isBaseVolume(drive.file) && snapshot === undefined) return
  const of = snapshot === undefined ? '' : ' a snapshot of'
  throw failure(`Linked clone feature is not supported for${of} '${drive.file}' (${drive.key})`)
}

/**
 * Everything Proxmox checks before it clones, in its order; it does so twice, when asked and again in the task. Throws
 * what the caller or the task's end gets to see.
 */
export const planClone = (call: Call, source: () => Guest, request: CloneRequest): ClonePlan => {
  const { pool, newid, snapshot, storage, format, target } = request
  const { world } = call.sim
  if (pool !== undefined && !world.pools.has(pool)) throw forbidden(`pool '${pool}' does not exist`)
  checkTarget(call, request)
  call.requireQuorum()
  const guest = source()
  checkLock(guest)
  const config = snapshot === undefined ? guest.config : guest.snapshots.get(snapshot)
  if (config === undefined) throw failure(`snapshot '${snapshot ?? ''}' does not exist`)
  const full = request.full ?? !isTemplate(guest)
  if (storage !== undefined && !full) throw failure(`parameter 'storage' not allowed for linked clones`)
  if (format !== undefined && !full) throw failure(`parameter 'format' not allowed for linked clones`)
  const shared = checkDisks(call, config, storage)
  checkBridgeAccess(call, config)
  if (target !== undefined && !shared) throw failure(`can't clone VM to node '${target}' (VM uses local storage)`)
  // A container of that VMID has its file elsewhere, and is met only when the new one is written.
  if (vmOn(world, call.node.name, newid) !== undefined)
    throw failure(`unable to create VM ${newid}: config file already exists`)
  const copied = new Map([...config].filter(([key]) => !notCopied.has(key)))
  const disks = [...copied]
    .filter(([key]) => driveKeys.has(key))
    .map(([key, value]) => readDrive(key, value))
    .filter((drive) => !isCdrom(drive) || isCloudInit(drive))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  for (const disk of disks) {
    checkDisk(disk, full, snapshot)
    copied.delete(disk.key)
  }
  return { config: copied, disks, nics: [...copied.keys()].filter(isNicKey), full }
}
