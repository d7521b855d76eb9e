import type { Clock } from '../../model/clock.ts'
import type { Permit } from '../../model/permit.ts'
import type { Api } from './api.ts'
import { requestFor, type Params, type PathOf, type WriteCall } from './calls.ts'
import { LockTimeout } from './errors.ts'
import { retrying, type Backoff } from './retry.ts'
import { upid } from './schemas.ts'
import type { TaskFollower } from './tasks.ts'

/** The calls whose answer is a task. */
type TaskCall = Extract<
  WriteCall,
  | 'PUT /cluster/sdn'
  | 'PUT /nodes/{node}/network'
  | 'DELETE /nodes/{node}/qemu/{vmid}'
  | `${string}/clone`
  | `${string}/status/${string}`
>

/**
 * Starts a task and follows it to its end; resolves with its UPID.
 *
 * @param onStarted called when Proxmox has taken the call, each time it does
 */
export type RunTask = <C extends TaskCall>(
  call: C,
  names: PathOf<C>,
  params: Params,
  permit: Permit,
  onStarted?: () => void,
) => Promise<string>

/** Starts a task once. */
export const createRunTask =
  (api: Api, tasks: TaskFollower): RunTask =>
  async (call, names, params, permit, onStarted) => {
    const started = await api.write(call, names, params, upid, permit)
    onStarted?.()
    await tasks.follow(requestFor(call, names, params).title, started, permit.signal)
    return started
  }

const LOCK: Backoff = { first: 500, longest: 10_000, attempts: 12 }

/** As above, again when the task ends for want of a lock, as it then did nothing. Clones leave that to their lane. */
export const patiently =
  (runTask: RunTask, clock: Clock, random: () => number): RunTask =>
  (call, names, params, permit, onStarted) =>
    retrying(
      () => runTask(call, names, params, permit, onStarted),
      (error) => (error instanceof LockTimeout ? LOCK : undefined),
      { clock, random, signal: permit.signal },
    )
