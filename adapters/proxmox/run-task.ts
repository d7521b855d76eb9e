import type { Clock } from '../../model/clock.ts'
import type { Permit } from '../../model/permit.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { Api } from './api.ts'
import { requestFor, type Params, type PathOf, type WriteCall } from './calls.ts'
import { LockTimeout } from './errors.ts'
import { type OwnTasks, taskKind } from './own-tasks.ts'
import { RESEND } from './resend.ts'
import { retrying, type Backoff } from './retry.ts'
import { upid } from './schemas.ts'
import type { TaskRecord } from './task-record.ts'
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
 * Starts a task and follows it to its end; resolves with its UPID. Starts it again when it ended for want of a lock, where
 * `RESEND` says that it then did nothing.
 *
 * @param onStarted called when Proxmox has taken the call, each time it does, with the UPID of the task
 */
export type RunTask = <C extends TaskCall>(
  call: C,
  names: PathOf<C>,
  params: Params,
  permit: Permit,
  onStarted?: (upid: string) => void,
) => Promise<string>

/** Proxmox' word for what a call begins. */
const TASK_TYPES: Readonly<Record<TaskCall, string>> = {
  'PUT /cluster/sdn': 'reloadnetworkall',
  'PUT /nodes/{node}/network': 'srvreload',
  'POST /nodes/{node}/qemu/{vmid}/clone': 'qmclone',
  'POST /nodes/{node}/qemu/{vmid}/status/start': 'qmstart',
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown': 'qmshutdown',
  'POST /nodes/{node}/qemu/{vmid}/status/reboot': 'qmreboot',
  'POST /nodes/{node}/qemu/{vmid}/status/stop': 'qmstop',
  'DELETE /nodes/{node}/qemu/{vmid}': 'qmdestroy',
}

/** Of a clone the template's VMID is told, as with every guest; of a node's network its service. */
const kindOf = (call: TaskCall, names: Readonly<Record<string, string | number>>): string => {
  const type = TASK_TYPES[call]
  return taskKind({ type, id: type === 'srvreload' ? 'networking' : String(names['vmid'] ?? '') })
}

const LOCK: Backoff = { first: 500, longest: 10_000, attempts: 12 }

interface Deps {
  readonly api: Api
  readonly tasks: TaskFollower
  readonly ownTasks: Pick<OwnTasks, 'begin'>
  readonly clock: Clock
  readonly random: () => number
  readonly taskLog: Pick<TaskRecord, 'begin'>
}

export const createRunTask =
  ({ api, tasks, ownTasks, clock, random, taskLog }: Deps): RunTask =>
  (call, names, params, permit, onStarted) => {
    let isStarted = false
    const once = async (): Promise<string> => {
      isStarted = false
      const kind = kindOf(call, names)
      const started = await ownTasks.begin(kind, (onSent) =>
        api.write(call, names, params, upid, {
          signal: permit.signal,
          check: async () => {
            await permit.check()
            onSent()
          },
        }),
      )
      isStarted = true
      onStarted?.(started)
      const record = taskLog.begin(TASK_TYPES[call])
      await tasks.follow(requestFor(call, names, params).title, started, permit.signal).then(
        () => record('ok'),
        (error: unknown) => {
          record(error instanceof ProxmoxError ? error.kind : 'aborted')
          throw error
        },
      )
      return started
    }
    // A call that was refused itself has been sent again by then as far as it may be.
    const again = (error: unknown): Backoff | undefined =>
      isStarted && error instanceof LockTimeout && RESEND[call].afterTaskLockTimeout ? LOCK : undefined
    return retrying(once, again, { clock, random, signal: permit.signal })
  }
