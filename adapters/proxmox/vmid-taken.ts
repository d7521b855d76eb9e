import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { nothing } from './schemas.ts'

/**
 * Whether there is a guest of a VMID anywhere in the cluster. Proxmox says so whatever the token's rights are, where a list would
 * leave the guest out (`GET /cluster/nextid`: the number back, or 400 `VM 100 already exists`).
 */
export async function isVmidTaken(api: Pick<Api, 'read'>, vmid: number, signal: AbortSignal): Promise<boolean> {
  try {
    await api.read('GET /cluster/nextid', {}, { vmid }, nothing, signal)
    return false
  } catch (error) {
    if (isProxmoxError(error, 'conflict')) return true
    throw error
  }
}
