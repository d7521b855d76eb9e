import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import { checkLock, guestOn } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { bootGuest } from './start-guest.ts'
import { shutDownLocked } from './stop-guest.ts'

/** Throws unless the VM runs; a VM of another node is worded differently from one that is off. */
export const checkRunning = ({ sim, node }: Call, vmid: number): void => {
  const guest = sim.world.guests.get(vmid)
  if (guest === undefined || guest.node !== node.name)
    throw failure(`unable to find configuration file for VM ${vmid} on node '${node.name}'`)
  if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
}

/** The work of a reset task. QEMU goes on, so nothing pending comes into force. */
export const resetGuest = (call: Call, run: TaskRun, vmid: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, () => {
    const guest = guestOn(call, vmid)
    checkLock(guest)
    if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
  })

/** The work of a reboot task: a shutdown the guest has to take part in, then a start with what was pending. */
export const rebootGuest = (call: Call, run: TaskRun, vmid: number, timeout: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    if (guest.running === undefined) return
    checkLock(guest)
    await shutDownLocked(call, run, guest, { timeout, forceStop: false })
    await bootGuest(call, run, guest)
  })
