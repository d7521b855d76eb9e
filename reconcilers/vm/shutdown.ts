import { isProxmoxError } from '../../model/proxmox-error.ts'

/** What Proxmox gives a guest by default to go down in. */
export const SHUTDOWN_SECONDS = 60

/** True when a guest did not go down in the time it was given: Proxmox' words at the task's end (10-qemu-lifecycle). */
export const didNotGoDown = (error: unknown): boolean =>
  isProxmoxError(error, 'task-failed') && /powerdown failed/.test(error.message)
