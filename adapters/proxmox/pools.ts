import type { Pools } from '../../model/machine-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { nothing, pool as poolSchema } from './schemas.ts'

/** Pools; one that exists is as good as one just made, whoever was first. */
export const createPools = (api: Api): Pools => ({
  async create(pool, comment, permit) {
    try {
      await api.write('POST /pools', {}, { poolid: pool, comment }, nothing, permit)
    } catch (error) {
      if (!isProxmoxError(error, 'conflict')) throw error
    }
  },

  async read(pool, signal) {
    try {
      const { comment, members } = await api.read('GET /pools/{poolid}', { poolid: pool }, {}, poolSchema, signal)
      const guests = members.flatMap(({ vmid, node }) => (vmid === undefined ? [] : [{ vmid, node }]))
      return {
        comment,
        guests: guests.map(({ vmid }) => vmid),
        nodes: new Map(guests.flatMap(({ vmid, node }) => (node === undefined ? [] : [[vmid, node]]))),
      }
    } catch (error) {
      if (isProxmoxError(error, 'not-found')) return undefined
      throw error
    }
  },

  async remove(pool, permit) {
    try {
      await api.write('DELETE /pools/{poolid}', { poolid: pool }, {}, nothing, permit)
    } catch (error) {
      if (!isProxmoxError(error, 'not-found')) throw error
    }
  },
})
