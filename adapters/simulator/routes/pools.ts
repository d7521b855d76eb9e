import { failure, wrapped } from '../api-error.ts'
import { splitList } from '../formats.ts'
import { flag, oneOf, required, text } from '../parameters.ts'
import { anyUser, modifiersOf, perm } from '../permission.ts'
import { guestRow, isStorageOn, storageRow } from '../resource-rows.ts'
import type { Call, Route } from '../route.ts'
import { byCode } from '../sdn-section.ts'
import { clusterLocked } from '../simulation.ts'
import { nodesOf, poolOf, type Pool, type World } from '../world.ts'

const poolId = required(text({ format: 'pve-poolid' }))
const memberType = oneOf('qemu', 'lxc', 'storage')

const poolNamed = (world: World, poolid: string): Pool => {
  const pool = world.pools.get(poolid)
  if (pool === undefined) throw failure(`pool '${poolid}' does not exist`)
  return pool
}

/** Changes the file of users and pools, under its lock; errors come out with the prefix. */
const changePools = async (call: Call, prefix: string, work: () => void): Promise<null> => {
  await wrapped(prefix, () => clusterLocked(call.sim, 'file-user_cfg', work))
  return null
}

const listed = ({ poolid, comment }: Pool): Readonly<Record<string, unknown>> => ({
  poolid,
  ...(comment === undefined ? {} : { comment }),
})

const members = (call: Call, pool: Pool): readonly unknown[] => {
  const { type } = call.params
  const { world } = call.sim
  const guests = [...pool.vms]
    .toSorted((a, b) => byCode(String(a), String(b)))
    .flatMap((vmid) => world.guests.get(vmid) ?? [])
    .filter(({ kind }) => type === undefined || type === (kind ?? 'qemu'))
    .map((guest) => {
      // Unlike in /cluster/resources, only what the node pushed.
      const { lock: _lock, tags: _tags, ...row } = guestRow(call.sim, guest, undefined)
      return row
    })
  const storages = [...pool.storages].toSorted(byCode).flatMap((id) => {
    const storage = world.storages.get(id)
    if (storage === undefined) return []
    const node = isStorageOn(storage, call.node.name)
      ? call.node
      : nodesOf(world).find((one) => isStorageOn(storage, one.name))
    return node === undefined ? [] : [storageRow(storage, node.name)]
  })
  return [...guests, ...(type === undefined || type === 'storage' ? storages : [])]
}

const create = (call: Call): Promise<null> => {
  const { poolid = '', comment } = call.params
  const { pools } = call.sim.world
  return changePools(call, 'create pool failed', () => {
    if (pools.has(poolid)) throw failure(`pool '${poolid}' already exists`)
    const parent = poolid.split('/').slice(0, -1).join('/')
    if (parent !== '' && !pools.has(parent)) throw failure(`parent '${parent}' of pool '${poolid}' does not exist`)
    if (!/^[A-Za-z]/.test(poolid.split('/').at(-1) ?? '')) throw failure('pool name must start with a letter')
    const kept = comment === '' ? undefined : comment
    pools.set(poolid, { poolid, comment: kept, vms: new Set(), storages: new Set() })
  })
}

const changeVm = (call: Call, pool: Pool, vmid: number): void => {
  const { world } = call.sim
  call.requireAny(`/vms/${vmid}`, ...modifiersOf(`/vms/${vmid}`))
  if (call.params['delete'] === '1') {
    if (!pool.vms.delete(vmid)) throw failure(`VM ${vmid} is not a pool member`)
    return
  }
  if (pool.vms.has(vmid)) throw failure(`VM ${vmid} is already a pool member`)
  const before = poolOf(world, vmid)
  if (before !== undefined && call.params['allow-move'] !== '1')
    throw failure(`VM ${vmid} belongs already to pool '${before.poolid}' and 'allow-move' is not set`)
  before?.vms.delete(vmid)
  pool.vms.add(vmid)
}

const changeStorage = (call: Call, pool: Pool, storage: string): void => {
  call.requireAny(`/storage/${storage}`, ...modifiersOf(`/storage/${storage}`))
  if (call.params['delete'] === '1') {
    if (!pool.storages.delete(storage)) throw failure(`Storage '${storage}' is not a pool member`)
    return
  }
  if (pool.storages.has(storage)) throw failure(`Storage '${storage}' is already a pool member`)
  pool.storages.add(storage)
}

const update = (call: Call): Promise<null> => {
  const { poolid = '', comment, vms = '', storage = '' } = call.params
  const { pools } = call.sim.world
  return changePools(call, 'update pools failed', () => {
    const pool = poolNamed(call.sim.world, poolid)
    // Nothing is written when one of several members is refused.
    const before = [...pools].map(([id, one]) => ({ id, vms: [...one.vms], storages: [...one.storages] }))
    try {
      for (const vmid of splitList(vms)) changeVm(call, pool, Number(vmid))
      for (const id of splitList(storage)) changeStorage(call, pool, id)
      if (comment !== undefined) pool.comment = comment === '' ? undefined : comment
    } catch (error) {
      for (const { id, vms: had, storages } of before) {
        const one = pools.get(id)
        if (one !== undefined) pools.set(id, { ...one, vms: new Set(had), storages: new Set(storages) })
      }
      throw error
    }
  })
}

const remove = (call: Call): Promise<null> => {
  const { poolid = '' } = call.params
  const { world } = call.sim
  return changePools(call, 'delete pool failed', () => {
    const pool = poolNamed(world, poolid)
    const full = (what: string): Error => failure(`pool '${poolid}' is not empty (contains ${what})`)
    const child = [...world.pools.keys()].toSorted(byCode).find((id) => id.startsWith(`${poolid}/`))
    if (child !== undefined) throw full(`pool '${child}'`)
    for (const vmid of [...pool.vms].toSorted((a, b) => a - b)) if (world.guests.has(vmid)) throw full(`VM ${vmid}`)
    for (const id of [...pool.storages].toSorted(byCode)) if (world.storages.has(id)) throw full(`storage '${id}'`)
    world.pools.delete(poolid)
    world.access.acl = world.access.acl.filter((entry) => entry.path !== `/pool/${poolid}`)
  })
}

const list = (call: Call): readonly unknown[] => {
  const { poolid } = call.params
  const { pools } = call.sim.world
  if (poolid !== undefined) {
    // Proxmox means to ask for Pool.Audit here, and drops the answer.
    const pool = poolNamed(call.sim.world, poolid)
    return [{ ...listed(pool), members: members(call, pool) }]
  }
  return [...pools.values()]
    .toSorted((a, b) => byCode(a.poolid, b.poolid))
    .filter((pool) => call.may(`/pool/${pool.poolid}`, 'Pool.Audit'))
    .map(listed)
}

const changes = {
  poolid: poolId,
  comment: text(),
  vms: text({ format: 'pve-vmid-list' }),
  storage: text({ format: 'pve-storage-id-list' }),
  delete: flag,
  'allow-move': flag,
}

const allocate = perm('/pool/{poolid}', 'Pool.Allocate')

/** Resource pools, in the new style (id as a parameter) and the old one (in the path; no nested pools there). */
export const poolRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/pools',
    permission: anyUser,
    params: { poolid: text({ format: 'pve-poolid' }), type: { ...memberType, requires: 'poolid' } },
    handle: list,
  },
  { method: 'POST', path: '/pools', permission: allocate, params: { poolid: poolId, comment: text() }, handle: create },
  { method: 'PUT', path: '/pools', permission: allocate, params: changes, handle: update },
  { method: 'DELETE', path: '/pools', permission: allocate, params: { poolid: poolId }, handle: remove },
  {
    method: 'GET',
    path: '/pools/{poolid}',
    permission: perm('/pool/{poolid}', 'Pool.Audit'),
    params: { poolid: poolId, type: memberType },
    handle: (call) => {
      const pool = poolNamed(call.sim.world, call.params['poolid'] ?? '')
      return { ...listed(pool), members: members(call, pool) }
    },
  },
  { method: 'PUT', path: '/pools/{poolid}', permission: allocate, params: changes, handle: update },
  { method: 'DELETE', path: '/pools/{poolid}', permission: allocate, params: { poolid: poolId }, handle: remove },
]
