import { failure } from '../api-error.ts'
import type { NodeState, Storage, Volume, World } from '../world.ts'
import { splitVolumeId } from './drives.ts'

/** Storages that keep images as files of a format; on the others a volume has no extension and is raw. */
const fileTypes = new Set(['dir', 'nfs', 'cifs', 'glusterfs', 'cephfs', 'btrfs'])

/** Can it hold images as files. */
export const isFileStorage = (storage: Storage): boolean => fileTypes.has(storage.type)

/** The storage of that name; 500 when there is none. */
export const storageNamed = (world: World, id: string): Storage => {
  const storage = world.storages.get(id)
  if (storage === undefined) throw failure(`storage '${id}' does not exist`)
  return storage
}

/** Is the storage there on a node: not disabled, and not restricted to others. */
export const checkStorageOn = (world: World, id: string, node: string): Storage => {
  const storage = storageNamed(world, id)
  if (Number(storage.config['disable'] ?? 0) === 1) throw failure(`storage '${id}' is disabled`)
  const nodes = storage.config['nodes']
  if (
    nodes !== undefined &&
    !String(nodes)
      .split(/[,; ]+/)
      .includes(node)
  )
    throw failure(`storage '${id}' is not available on node '${node}'`)
  return storage
}

/** The volume of an id; undefined when no storage has it. `node` matters on local storage only. */
export const findVolume = (world: World, volid: string, node: string): Volume | undefined => {
  const storage = world.storages.get(splitVolumeId(volid)?.storage ?? '')
  return storage?.volumes.find(
    (volume) => volume.volid === volid && (volume.node === undefined || volume.node === node),
  )
}

const ownName = (volid: string): string => volid.split(/[/:]/).at(-1) ?? ''

/** Is it the base image of a template. */
export const isBaseVolume = (volid: string): boolean => /^base-\d+-/.test(ownName(volid))

/** Is it a base image from which linked clones still hang. */
export const isBaseInUse = (world: World, volid: string, node: string): boolean => {
  const { storage: id, name } = splitVolumeId(volid) ?? { storage: '', name: '' }
  const storage = world.storages.get(id)
  if (storage === undefined || !isBaseVolume(volid)) return false
  return storage.volumes.some(
    (volume) => volume.volid.startsWith(`${id}:${name}/`) && (volume.node === undefined || volume.node === node),
  )
}

const nextName = (storage: Storage, node: string, vmid: number, extension: string): string => {
  const taken = new Set(
    storage.volumes
      .filter((volume) => volume.vmid === vmid && (volume.node === undefined || volume.node === node))
      .map((volume) =>
        ownName(volume.volid)
          .replace(/\.\w+$/, '')
          .replace(/^base-/, 'vm-'),
      ),
  )
  let index = 0
  while (taken.has(`vm-${vmid}-disk-${index}`)) index += 1
  return `vm-${vmid}-disk-${index}${extension}`
}

/** What a new volume is to be. */
export interface NewVolume {
  readonly vmid: number
  readonly format: string
  /** Bytes. */
  readonly size: number
  /** Volume id of the base image of a linked clone. */
  readonly base?: string
  /** Bytes it takes up; a new or linked one has little more than its tables. */
  readonly used?: number
  /** Name instead of the next free `vm-<vmid>-disk-<n>`. */
  readonly name?: string
}

/** Bytes given to a storage, or with a negative number taken back. */
const occupy = (storage: Storage, bytes: number): void => {
  const { total, used, available } = storage.capacity
  storage.capacity = { total, used: used + bytes, available: available - bytes }
}

const addVolume = (storage: Storage, node: string, volume: Omit<Volume, 'node' | 'content'>): Volume => {
  const added: Volume = { ...volume, node: storage.shared ? undefined : node, content: 'images' }
  storage.volumes.push(added)
  occupy(storage, added.used)
  return added
}

/**
 * Makes a volume: `200/vm-200-disk-0.qcow2` in a directory, `vm-200-disk-0` elsewhere; a linked clone's name starts
 * with its base's.
 */
export const allocateVolume = (storage: Storage, node: NodeState, wanted: NewVolume, now: number): Volume => {
  const { vmid, size } = wanted
  const files = isFileStorage(storage)
  const format = files ? wanted.format : 'raw'
  const name = wanted.name ?? nextName(storage, node.name, vmid, files ? `.${format}` : '')
  const baseName = wanted.base === undefined ? '' : `${splitVolumeId(wanted.base)?.name ?? ''}/`
  const volid = `${storage.id}:${baseName}${files ? `${vmid}/` : ''}${name}`
  return addVolume(storage, node.name, {
    volid,
    vmid,
    format,
    size,
    used: wanted.used ?? 196_608,
    parent: wanted.base === undefined ? null : baseParent(storage, wanted.base),
    ctime: Math.floor(now / 1000),
  })
}

const baseParent = (storage: Storage, base: string): string => {
  const name = splitVolumeId(base)?.name ?? ''
  return isFileStorage(storage) ? `../${name}` : name
}

/** Makes a VM's disk a base image, `vm-200-disk-0` to `base-200-disk-0`; returns its new id, undefined if it is one. */
export const renameToBase = (world: World, volid: string, node: string): string | undefined => {
  const volume = findVolume(world, volid, node)
  if (volume === undefined || isBaseVolume(volid)) return undefined
  const storage = storageNamed(world, splitVolumeId(volid)?.storage ?? '')
  const folder = isFileStorage(storage) ? `${volume.vmid}/` : ''
  const renamed = `${storage.id}:${folder}${ownName(volid).replace(/^vm-/, 'base-')}`
  storage.volumes[storage.volumes.indexOf(volume)] = { ...volume, volid: renamed }
  return renamed
}

/** Removes a volume; nothing happens when it is gone already. */
export const freeVolume = (world: World, volid: string, node: string): void => {
  const storage = world.storages.get(splitVolumeId(volid)?.storage ?? '')
  const volume = findVolume(world, volid, node)
  if (storage === undefined || volume === undefined) return
  storage.volumes.splice(storage.volumes.indexOf(volume), 1)
  occupy(storage, -volume.used)
}

/** The file behind a volume, as logs name it. */
const volumePath = (storage: Storage, { volid, vmid }: Pick<Volume, 'volid' | 'vmid'>): string =>
  isFileStorage(storage)
    ? `${storage.config['path'] ?? `/mnt/pve/${storage.id}`}/images/${vmid}/${ownName(volid)}`
    : `/dev/${storage.id}/${ownName(volid)}`

const qcow2Tail = 'lazy_refcounts=off refcount_bits=16'

/** qemu-img's line about a new image. */
export const formattingLine = (storage: Storage, volume: Volume): string => {
  const path = volumePath(storage, volume)
  if (volume.format !== 'qcow2')
    return `Formatting '${path}', fmt=${volume.format} size=${volume.size} preallocation=off`
  const start = `Formatting '${path}', fmt=qcow2 cluster_size=`
  return volume.parent === null
    ? `${start}65536 extended_l2=off preallocation=metadata compression_type=zlib size=${volume.size} ${qcow2Tail}`
    : `${start}131072 extended_l2=on preallocation=metadata compression_type=zlib size=${volume.size} backing_file=${volume.parent} backing_fmt=qcow2 ${qcow2Tail}`
}

/** The storage plugin's line about a linked clone. */
export const cloneLine = (base: string, volume: Volume): string => {
  const name = ownName(volume.volid)
  return `clone ${splitVolumeId(base)?.name ?? ''}: images, ${name}, ${volume.vmid} to ${name} (base=${volume.parent ?? ''})`
}
