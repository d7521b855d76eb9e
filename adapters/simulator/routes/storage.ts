import { createHash } from 'node:crypto'
import { failure, parameterError } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { flag, integer, oneOf, shared, text } from '../parameters.ts'
import { anyUser, perm, permAny } from '../permission.ts'
import { isStorageOn } from '../resource-rows.ts'
import type { Call, Route } from '../route.ts'
import type { Storage, World } from '../world.ts'

const storageTypes = 'btrfs cephfs cifs dir esxi iscsi iscsidirect lvm lvmthin nfs pbs rbd zfs zfspool'.split(' ')

const storageNamed = (world: World, id: string): Storage => {
  const storage = world.storages.get(id)
  if (storage === undefined) throw failure(`storage '${id}' does not exist`)
  return storage
}

const noSuchStorage = (): Error => parameterError({ storage: 'No such storage.' })

const digestOf = (world: World): string =>
  createHash('sha1')
    .update(JSON.stringify([...world.storages.values()].map(({ id, config }) => [id, config])))
    .digest('hex')

const configRow = (world: World, { id, type, config, content, shared: isShared }: Storage): unknown => ({
  ...config,
  storage: id,
  type,
  content: content.join(','),
  ...(isShared ? { shared: 1 } : {}),
  digest: digestOf(world),
})

const statusRow = ({ id, type, config, content, shared: isShared, capacity }: Storage): unknown => ({
  storage: id,
  type,
  content: content.join(','),
  shared: isShared ? 1 : 0,
  enabled: config['disable'] === 1 ? 0 : 1,
  active: 1,
  total: capacity.total,
  used: capacity.used,
  avail: capacity.available,
  used_fraction: capacity.total === 0 ? 0 : capacity.used / capacity.total,
})

const listOnNode = (call: Call): readonly unknown[] => {
  const { storage, content, target } = call.params
  const { world } = call.sim
  const wanted = content === undefined ? undefined : splitList(content)
  const candidates = [...world.storages.values()]
    .filter((one) => isStorageOn(one, call.node.name))
    .filter((one) => wanted === undefined || wanted.some((kind) => one.content.includes(kind)))
  if (storage !== undefined && !candidates.some(({ id }) => id === storage)) throw noSuchStorage()
  return candidates
    .filter(({ id }) => storage === undefined || id === storage)
    .filter((one) => target === undefined || target === call.node.name || (one.shared && isStorageOn(one, target)))
    .filter((one) => call.may(`/storage/${one.id}`, 'Datastore.Audit', 'Datastore.AllocateSpace'))
    .map(statusRow)
}

const contentOf = (call: Call): readonly unknown[] => {
  const { storage = '', vmid, content } = call.params
  return storageNamed(call.sim.world, storage)
    .volumes.filter((volume) => volume.node === undefined || volume.node === call.node.name)
    .filter((volume) => vmid === undefined || volume.vmid === Number(vmid))
    .filter((volume) => content === undefined || volume.content === content)
    .map(({ node: _, ...volume }) => volume)
}

const auditOrSpace = permAny('/storage/{storage}', 'Datastore.Audit', 'Datastore.AllocateSpace')

/** Storages: their configuration, and what they are like on one node. */
export const storageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/storage',
    permission: anyUser,
    params: { type: oneOf(...storageTypes) },
    handle: (call) =>
      [...call.sim.world.storages.values()]
        .filter(({ id }) => call.may(`/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace'))
        .filter(({ type }) => call.params['type'] === undefined || call.params['type'] === type)
        .map((storage) => configRow(call.sim.world, storage)),
  },
  {
    method: 'GET',
    path: '/storage/{storage}',
    permission: perm('/storage/{storage}', 'Datastore.Allocate'),
    params: { storage: shared.storage },
    handle: ({ sim, params }) => configRow(sim.world, storageNamed(sim.world, params['storage'] ?? '')),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage',
    permission: anyUser,
    proxy: 'node',
    params: {
      node: shared.node,
      content: text({ format: 'pve-storage-content-list' }),
      enabled: flag,
      format: flag,
      storage: text({ format: 'pve-storage-id' }),
      target: text({ format: 'pve-node' }),
    },
    handle: listOnNode,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/status',
    permission: auditOrSpace,
    proxy: 'node',
    params: { node: shared.node, storage: shared.storage },
    handle: ({ sim, node, params }) => {
      const storage = sim.world.storages.get(params['storage'] ?? '')
      if (storage === undefined || !isStorageOn(storage, node.name)) throw noSuchStorage()
      return statusRow(storage)
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/content',
    permission: auditOrSpace,
    proxy: 'node',
    params: {
      node: shared.node,
      storage: shared.storage,
      content: text({ format: 'pve-storage-content' }),
      vmid: integer(100, 999_999_999, { format: 'pve-vmid' }),
    },
    handle: contentOf,
  },
]
