import type { AccessWriter } from '../../model/ports.ts'
import type { Api } from './api.ts'
import { nothing } from './schemas.ts'

/** Rights of groups. Granting twice is fine with Proxmox; there is no call here that takes a right away. */
export const createAccessWriter = (api: Api): AccessWriter => ({
  async grant({ path, group, role }, permit) {
    await api.write('PUT /access/acl', {}, { path, groups: group, roles: role, propagate: 1 }, nothing, permit)
  },
})
