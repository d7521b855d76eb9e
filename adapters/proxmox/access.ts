import type { AccessWriter } from '../../model/ports.ts'
import type { Api } from './api.ts'
import { nothing } from './schemas.ts'

/** What `PUT /access/acl` calls them. */
const PARAMETER = { user: 'users', group: 'groups', token: 'tokens' } as const

/** Rights. Granting twice is fine with Proxmox; there is no call here that takes a right away. */
export const createAccessWriter = (api: Api): AccessWriter => ({
  async grant({ path, kind, who, role }, permit) {
    const params = { path, [PARAMETER[kind]]: who, roles: role, propagate: 1 }
    await api.write('PUT /access/acl', {}, params, nothing, permit)
  },
})
