import { textOf } from './api-error.ts'
import type { Simulation } from './simulation.ts'
import type { NodeState, Task } from './world.ts'

/** What a task's work may do. */
export interface TaskRun {
  /** Adds a line to the log. */
  log(line: string): void
  /** Adds a line and makes the task end with `WARNINGS: n`. */
  warn(line: string): void
  /** Waits; throws when the task is interrupted or its node goes off. */
  sleep(milliseconds: number): Promise<void>
  readonly signal: AbortSignal
}

export interface TaskDescription {
  readonly node: string
  readonly type: string
  readonly id: string
  /** `user@realm` or `user@realm!token`. */
  readonly user: string
}

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')

const nextTaskPid = (node: NodeState): number => {
  node.nextPid += 3
  return node.nextPid
}

/** `UPID:pve1:00000117:00064787:6B0297CB:qmclone:9000:ludus@pve!ctl:` */
const upidOf = (task: TaskDescription, pid: number, pstart: number, startedAt: number): string =>
  `UPID:${task.node}:${hex8(pid)}:${hex8(pstart)}:${hex8(startedAt)}:${task.type}:${task.id}:${task.user}:`

const archived = 2000

/** A node's archive of tasks has an end too: the oldest that are over go. */
const forgetOldTasks = (tasks: Task[]): void => {
  if (tasks.length <= archived) return
  const oldest = tasks.findIndex((task) => task.end !== undefined)
  if (oldest >= 0) tasks.splice(oldest, 1)
}

const scripted = (sim: Simulation, { type, id }: TaskDescription, at: 'before' | 'after'): void => {
  const [fault] = sim.faults.strike(
    'task',
    (f) => f.at === at && f.type === type && (f.id === undefined || f.id === id),
  )
  if (fault !== undefined) throw new Error(fault.error)
}

/**
 * Starts a worker on a node and returns at once. The work's error becomes the task's exit status; its log ends with
 * `TASK OK`, `TASK WARNINGS: n` or `TASK ERROR: text`.
 */
export const startTask = (
  sim: Simulation,
  description: TaskDescription,
  work: (run: TaskRun) => void | Promise<void>,
): Task => {
  const node = sim.world.nodes.get(description.node)
  if (node === undefined) throw new Error(`no node ${description.node}`)
  const pid = nextTaskPid(node)
  const pstart = Math.floor((sim.clock.now() - node.bootedAt) / 10)
  const startedAt = Math.floor(sim.clock.now() / 1000)
  const log: string[] = []
  const interrupted = new AbortController()
  const signal = AbortSignal.any([interrupted.signal, sim.closed])
  let warnings = 0
  const run: TaskRun = {
    log: (line) => log.push(line),
    warn: (line) => {
      warnings += 1
      log.push(line)
    },
    sleep: (milliseconds) => sim.clock.sleep(milliseconds, signal),
    signal,
  }
  const execute = async (): Promise<string> => {
    try {
      // One turn, so that the caller has its answer before the work begins.
      await Promise.resolve()
      scripted(sim, description, 'before')
      await work(run)
      scripted(sim, description, 'after')
      if (warnings > 0) log.push(`TASK WARNINGS: ${warnings}`)
      else log.push('TASK OK')
      return warnings > 0 ? `WARNINGS: ${warnings}` : 'OK'
    } catch (error) {
      const status = textOf(error).trim()
      log.push(`TASK ERROR: ${status}`)
      return status
    }
  }
  const task: Task = {
    upid: upidOf(description, pid, pstart, startedAt),
    ...description,
    pid,
    pstart,
    startedAt,
    log,
    end: undefined,
    interrupt: () => interrupted.abort(new Error('interrupted by signal')),
    done: execute().then((status) => {
      task.end ??= { at: Math.floor(sim.clock.now() / 1000), status: node.online ? status : 'unexpected status' }
    }),
  }
  sim.world.tasks.push(task)
  forgetOldTasks(sim.world.tasks)
  return task
}
