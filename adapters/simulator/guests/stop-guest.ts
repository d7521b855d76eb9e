import { failure } from '../api-error.ts'
import type { Call } from '../route.ts'
import type { TaskRun } from '../tasks.ts'
import type { Guest } from '../world.ts'
import { agentAnswers } from './guest-agent.ts'
import { checkLock, guestOn } from './guest-lookup.ts'
import { withGuestLock } from './guest-locks.ts'
import { hasAgent } from './guest-status.ts'
import { applyPending } from './pending-changes.ts'

const halt = ({ sim }: Call, guest: Guest): void => {
  guest.running = undefined
  applyPending(sim.world, guest)
}

/** The work of a stop task: pulls the plug. A VM that is off already is no error. */
export const stopGuest = (call: Call, run: TaskRun, vmid: number): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    if (guest.running === undefined) return
    checkLock(guest)
    await run.sleep(call.sim.durations.stop)
    halt(call, guest)
  })

/** How a shutdown was asked for. */
export interface ShutdownRequest {
  /** Milliseconds to wait for the guest; undefined: as its `startup` says, or the usual time. */
  readonly timeout: number | undefined
  readonly forceStop: boolean
}

/** How long a shutdown is waited for that was not told: what the VM's place in the start order says (`down=`), or a minute. */
const patienceWith = ({ config }: Guest, { durations }: Call['sim']): number => {
  const [, down] = /(?:^|,)down=(\d+)/.exec(String(config.get('startup') ?? '')) ?? []
  return Number(down ?? 0) > 0 ? Number(down) * 1000 : durations.shutdownTimeout
}

/** A request to go down stays with the system inside when nobody waits for it any more: it goes down when it is done. */
const goDownLater = (call: Call, guest: Guest, after: number): void => {
  const { sim } = call
  const process = guest.running
  const goes = async (): Promise<void> => {
    await sim.clock.sleep(after, sim.closed)
    if (process !== undefined && guest.running === process) halt(call, guest)
  }
  goes().catch(() => undefined)
}

/** Asks the guest to go down. True when it did; false after the timeout. */
const askGuest = async (call: Call, run: TaskRun, guest: Guest, timeout: number): Promise<boolean> => {
  const { sim } = call
  const until = sim.clock.now() + timeout
  const obeys = sim.world.guestsRespond
  if (hasAgent(guest) && !agentAnswers(sim.world, guest)) {
    await run.sleep(sim.durations.agentTimeout)
    run.log(`QEMU Guest Agent is not running - VM ${guest.vmid} qga command 'guest-ping' failed - got timeout`)
  }
  if (obeys && sim.durations.shutdown <= timeout) {
    await run.sleep(sim.durations.shutdown)
    return true
  }
  await run.sleep(Math.max(0, until - sim.clock.now()))
  if (obeys) goDownLater(call, guest, sim.durations.shutdown - timeout)
  return false
}

/** Shuts a running VM down whose lock is held. */
export const shutDownLocked = async (
  call: Call,
  run: TaskRun,
  guest: Guest,
  request: ShutdownRequest,
): Promise<void> => {
  if (!(await askGuest(call, run, guest, request.timeout ?? patienceWith(guest, call.sim)))) {
    if (!request.forceStop) throw failure('VM quit/powerdown failed - got timeout')
    run.log('VM still running - terminating now with SIGTERM')
    await run.sleep(call.sim.durations.stop)
  }
  halt(call, guest)
}

/** The work of a shutdown task: the guest has to cooperate, or it fails, or (`forceStop`) is stopped the hard way. */
export const shutDownGuest = (call: Call, run: TaskRun, vmid: number, request: ShutdownRequest): Promise<void> =>
  withGuestLock(call.sim, call.node.name, vmid, run, async () => {
    const guest = guestOn(call, vmid)
    if (guest.running === undefined) return
    checkLock(guest)
    await shutDownLocked(call, run, guest, request)
  })
