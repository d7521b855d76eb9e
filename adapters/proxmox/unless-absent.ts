import { isProxmoxError } from '../../model/proxmox-error.ts'

/** Undefined where Proxmox itself says that there is no such VM; every other failure stays one. */
export const unlessAbsent = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read
  } catch (error) {
    if (isProxmoxError(error, 'not-found')) return undefined
    throw error
  }
}
