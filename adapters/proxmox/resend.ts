import type { WriteCall } from './calls.ts'

/**
 * After which refusals a write may be sent again by itself, since nothing was done. Besides these a write is sent again only
 * when it provably never arrived; one that may have happened is for whoever asked to look at.
 */
export interface Resend {
  /** Proxmox could not start a worker for the call's task (`got no worker upid`). */
  readonly afterNoWorker: boolean
  /** The call was refused, as one of Proxmox' own locks was not had in time. */
  readonly afterLockTimeout: boolean
  /** Its task ended for the same reason. */
  readonly afterTaskLockTimeout: boolean
}

/** A call that is done when it is answered. */
const AT_ONCE: Resend = { afterNoWorker: false, afterLockTimeout: true, afterTaskLockTimeout: false }
/** A call whose task does everything, and begins with taking a lock. */
const BY_TASK: Resend = { afterNoWorker: true, afterLockTimeout: true, afterTaskLockTimeout: true }

/** The one place that says it, call by call. */
export const RESEND: Readonly<Record<WriteCall, Resend>> = {
  'POST /cluster/sdn/vnets': AT_ONCE,
  'PUT /cluster/sdn/vnets/{vnet}': AT_ONCE,
  'DELETE /cluster/sdn/vnets/{vnet}': AT_ONCE,
  'POST /cluster/sdn/lock': AT_ONCE,
  'DELETE /cluster/sdn/lock': AT_ONCE,
  // It commits everybody's changes and releases the lock before its task: again would commit what others have prepared since.
  'PUT /cluster/sdn': AT_ONCE,
  'POST /nodes/{node}/network': AT_ONCE,
  'PUT /nodes/{node}/network/{iface}': AT_ONCE,
  'DELETE /nodes/{node}/network/{iface}': AT_ONCE,
  // Its task begins with putting the staged file into force: once it has run, again would do so with what others stage.
  'PUT /nodes/{node}/network': { afterNoWorker: true, afterLockTimeout: true, afterTaskLockTimeout: false },
  'DELETE /nodes/{node}/network': AT_ONCE,
  'POST /pools': AT_ONCE,
  'DELETE /pools/{poolid}': AT_ONCE,
  'PUT /access/acl': AT_ONCE,
  // A storage's lock not had in time says that too many are cloned at once: its lane sends it again, with fewer beside it.
  'POST /nodes/{node}/qemu/{vmid}/clone': { afterNoWorker: true, afterLockTimeout: true, afterTaskLockTimeout: false },
  'PUT /nodes/{node}/qemu/{vmid}/config': AT_ONCE,
  'POST /nodes/{node}/qemu/{vmid}/status/start': BY_TASK,
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown': BY_TASK,
  'POST /nodes/{node}/qemu/{vmid}/status/reboot': BY_TASK,
  'POST /nodes/{node}/qemu/{vmid}/status/stop': BY_TASK,
  'DELETE /nodes/{node}/qemu/{vmid}': BY_TASK,
}
