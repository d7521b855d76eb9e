import type { Pools } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { nothing, poolMembers } from './schemas.ts'

/** Pools; one that exists is as good as one just made, whoever was first. */
export const createPools = (api: Api): Pools => ({
  async create(pool, comment, signal) {
    try {
      await api.write('POST /pools', {}, { poolid: pool, comment }, nothing, signal)
    } catch (error) {
      if (!isProxmoxError(error, 'conflict')) throw error
    }
  },

  async guests(pool, signal) {
    try {
      const { members } = await api.read('GET /pools/{poolid}', { poolid: pool }, {}, poolMembers, signal)
      return members.flatMap(({ vmid }) => vmid ?? [])
    } catch (error) {
      if (isProxmoxError(error, 'not-found')) return []
      throw error
    }
  },

  async remove(pool, signal) {
    try {
      await api.write('DELETE /pools/{poolid}', { poolid: pool }, {}, nothing, signal)
    } catch (error) {
      if (!isProxmoxError(error, 'not-found')) throw error
    }
  },
})
