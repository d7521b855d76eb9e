import type { Pools } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { nothing } from './schemas.ts'

/** Pools; one that exists is as good as one just made, whoever was first. */
export const createPools = (api: Api): Pools => ({
  async create(pool, comment, signal) {
    try {
      await api.write('POST /pools', {}, { poolid: pool, comment }, nothing, signal)
    } catch (error) {
      if (!isProxmoxError(error, 'conflict')) throw error
    }
  },
})
