import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import { startTask, type TaskRun } from '../tasks.ts'
import { isQuorate } from '../world.ts'
import { checkLock, guestOn, vmOn } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { startGuest } from './start-guest.ts'
import { shutDownLocked } from './stop-guest.ts'

/** Throws while a VM stands still: it would take a shutdown only once it goes on. */
export const checkNotPaused = ({ sim, node }: Call, vmid: number): void => {
  if (vmOn(sim.world, node.name, vmid)?.running?.paused === true) throw failure('VM is paused - cannot shutdown')
}

/** Throws unless the VM runs; a VM of another node is worded differently from one that is off. */
export const checkRunning = ({ sim, node }: Call, vmid: number): void => {
  const guest = vmOn(sim.world, node.name, vmid)
  if (guest === undefined) throw failure(`unable to find configuration file for VM ${vmid} on node '${node.name}'`)
  if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
}

/** The work of a reset task. QEMU goes on, so nothing pending comes into force. */
export const resetGuest = (call: Call, run: TaskRun, vmid: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, () => {
    const guest = guestOn(call, vmid)
    checkLock(guest)
    if (guest.running === undefined) throw failure(`VM ${vmid} not running`)
  })

/**
 * The work of a reboot task: a shutdown the guest has to take part in. Its end is the task's end. What notices that QEMU is gone
 * then starts the VM, with what was pending, in a task of its own that is root's: of that one's failure this one tells nothing
 * (from the source of qemu-server: `vm_reboot`, and `qm cleanup`).
 */
export const rebootGuest = async (
  call: Call,
  run: TaskRun,
  vmid: number,
  timeout: number | undefined,
): Promise<void> => {
  const { sim, node } = call
  const wentDown = await withGuestLock(sim, node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    if (guest.running === undefined) return false
    checkLock(guest)
    await shutDownLocked(call, run, guest, { timeout, forceStop: false })
    return true
  })
  if (wentDown) startAfterCleanup(call, vmid)
}

/** No task tells of the cleanup, so that for a moment the VM is off and nothing is at work on it. */
const startAfterCleanup = (call: Call, vmid: number): void => {
  const { sim, node } = call
  const start = async (): Promise<void> => {
    await sim.clock.sleep(sim.durations.cleanup, sim.closed)
    if (!isQuorate(sim.world) || !node.online) return
    startTask(sim, { node: node.name, type: 'qmstart', id: String(vmid), user: 'root@pam' }, (its) =>
      startGuest(call, its, vmid),
    )
  }
  start().catch(() => undefined)
}
