import type { Clock } from '../../model/clock.ts'
import type { Logger } from '../../model/ports.ts'
import { isProxmoxError, ProxmoxError } from '../../model/proxmox-error.ts'
import { nodeOfTask } from '../../model/upid.ts'
import type { Api } from './api.ts'
import { taskError } from './errors.ts'
import { clusterTasks, taskLog, taskStatus } from './schemas.ts'

/** Follows tasks to their end. */
export interface TaskFollower {
  /**
   * Resolves when the task has ended well (`OK`, or `WARNINGS: n`, which is logged).
   *
   * @param call the call that started it, for messages
   * @throws ProxmoxError when it ended badly, with the last lines of its log; `timeout-unknown-outcome` when its node
   *   stays lost; the signal's reason when aborted (the task itself goes on)
   */
  follow(call: string, upid: string, signal: AbortSignal): Promise<void>
}

/** Milliseconds: polling starts quick and slows down, as most tasks are either short or long. */
const QUICKEST = 500
const SLOWEST = 2000
/** In between, an end is learnt of by at most so much of the task's duration too late. */
const LATE_BY = 1 / 16
/** How long a task may be neither seen running nor ended before its outcome counts as unknown. */
const PATIENCE = 120_000
/** The list shows a dead node's tasks as running for as long as it likes, so a long-running one is asked for itself. */
const ASK_ITSELF_AFTER = 30_000
const LOG_LINES = 500
const TAIL_LINES = 5

interface Followed {
  readonly call: string
  readonly upid: string
  readonly since: number
  /** When it was last known for certain to run. */
  lastSeen: number
  readonly end: (exitStatus: string) => void
  readonly fail: (error: unknown) => void
}

interface Deps {
  readonly api: Pick<Api, 'read'>
  readonly clock: Clock
  readonly logger: Logger
}

/** One poll for all followed tasks together; none while nothing is followed. */
export const createTaskFollower = ({ api, clock, logger }: Deps): TaskFollower => {
  const followed = new Set<Followed>()
  let polling: AbortController | undefined
  let wake: AbortController | undefined
  let nextPoll = 0

  const lost = (task: Followed, why: string): ProxmoxError =>
    new ProxmoxError(
      'timeout-unknown-outcome',
      task.call,
      `${task.call}: its task was lost sight of for ${PATIENCE / 1000} s (${why}); it may have ended either way (task ${task.upid})`,
    )

  /** Asks for one task that the list doesn't answer for. */
  const askItself = async (task: Followed, signal: AbortSignal): Promise<void> => {
    try {
      const names = { node: nodeOfTask(task.upid), upid: task.upid }
      const { status, exitstatus } = await api.read(
        'GET /nodes/{node}/tasks/{upid}/status',
        names,
        {},
        taskStatus,
        signal,
      )
      if (status === 'stopped') task.end(exitstatus ?? 'unexpected status')
      else task.lastSeen = clock.now()
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized', 'forbidden')) return task.fail(error)
      if (clock.now() - task.lastSeen >= PATIENCE) task.fail(lost(task, messageOf(error)))
    }
  }

  const poll = async (signal: AbortSignal): Promise<void> => {
    const current = [...followed]
    const rows = await api.read('GET /cluster/tasks', {}, {}, clusterTasks, signal)
    const byUpid = new Map(rows.map((row) => [row.upid, row]))
    const unclear: Followed[] = []
    for (const task of current) {
      const row = byUpid.get(task.upid)
      if (row?.endtime !== undefined) task.end(row.status ?? 'unexpected status')
      else if (!row || clock.now() - task.lastSeen >= ASK_ITSELF_AFTER) unclear.push(task)
    }
    for (const task of unclear) if (followed.has(task)) await askItself(task, signal)
  }

  const pollSafely = async (signal: AbortSignal): Promise<void> => {
    try {
      await poll(signal)
    } catch (error) {
      if (signal.aborted) return
      for (const task of followed) {
        if (isProxmoxError(error, 'unauthorized', 'forbidden')) task.fail(error)
        else if (clock.now() - task.lastSeen >= PATIENCE) task.fail(lost(task, messageOf(error)))
      }
    }
  }

  const intervalNow = (): number => {
    const youngest = Math.max(...[...followed].map((task) => task.since))
    return Math.min(SLOWEST, Math.max(QUICKEST, Math.floor((clock.now() - youngest) * LATE_BY)))
  }

  const pollWhileFollowed = async (signal: AbortSignal): Promise<void> => {
    while (followed.size > 0 && !signal.aborted) {
      while (clock.now() < nextPoll && !signal.aborted) {
        wake = new AbortController()
        await clock.sleep(nextPoll - clock.now(), wake.signal).catch(() => undefined)
      }
      if (!signal.aborted) await pollSafely(signal)
      if (!signal.aborted) nextPoll = clock.now() + intervalNow()
    }
  }

  const start = (task: Followed): void => {
    followed.add(task)
    const soon = clock.now() + QUICKEST
    if (!polling) {
      const controller = new AbortController()
      polling = controller
      nextPoll = soon
      void pollWhileFollowed(controller.signal).finally(() => {
        if (polling === controller) polling = undefined
      })
    } else if (soon < nextPoll) {
      nextPoll = soon
      wake?.abort()
    }
  }

  const stop = (task: Followed): void => {
    followed.delete(task)
    if (followed.size > 0) return
    polling?.abort()
    wake?.abort()
    polling = undefined
  }

  const readLog = async (upid: string, signal: AbortSignal): Promise<readonly string[]> => {
    const names = { node: nodeOfTask(upid), upid }
    const lines = await api.read('GET /nodes/{node}/tasks/{upid}/log', names, { limit: LOG_LINES }, taskLog, signal)
    return lines.map((line) => line.t)
  }

  const exitStatusOf = (call: string, upid: string, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const now = clock.now()
      const settle =
        <A>(settleWith: (value: A) => void): ((value: A) => void) =>
        (value) => {
          stop(task)
          signal.removeEventListener('abort', onAbort)
          settleWith(value)
        }
      const onAbort = (): void => task.fail(signal.reason)
      const task: Followed = { call, upid, since: now, lastSeen: now, end: settle(resolve), fail: settle(reject) }
      signal.addEventListener('abort', onAbort, { once: true })
      start(task)
    })

  return {
    async follow(call, upid, signal) {
      const exitStatus = await exitStatusOf(call, upid, signal)
      if (exitStatus === 'OK') return
      if (/^WARNINGS: \d+$/.test(exitStatus)) {
        logger.warn(`${call}: its task ended with ${exitStatus.toLowerCase()}`, { upid })
        return
      }
      // The log is a help to people; not getting it must not hide the failure.
      const log = await readLog(upid, signal).catch(() => [])
      throw taskError(call, upid, exitStatus, log.slice(-TAIL_LINES))
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
