import { parameterError } from '../api-error.ts'
import { flag, integer, required, shared, text } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import { splitUser } from '../privileges.ts'
import type { Call, Route } from '../route.ts'
import type { Task } from '../world.ts'

const upidForm =
  /^UPID:([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/

/** Is it the caller's task: his own, or of one of his tokens. */
export const isOwnTask = (call: Call, task: Task): boolean => {
  const owner = splitUser(task.user)
  return call.user === task.user || (owner.token === undefined ? false : call.user === owner.userid)
}

const upidOf = (call: Call): string => {
  const upid = call.params['upid'] ?? ''
  if (!upidForm.test(upid)) throw parameterError({ upid: 'unable to parse worker upid' })
  return upid
}

const findTask = (call: Call): Task | undefined => {
  const upid = upidOf(call)
  return call.sim.world.tasks.find((task) => task.upid === upid && task.node === call.node.name)
}

const taskOf = (call: Call, ...privileges: readonly string[]): Task => {
  const task = findTask(call)
  if (task === undefined) throw parameterError({ upid: 'no such task' })
  if (!isOwnTask(call, task)) call.require(`/nodes/${call.node.name}`, ...privileges)
  return task
}

/** What every view of a task shows. */
export const taskFacts = (task: Task): Readonly<Record<string, unknown>> => {
  const { userid, token } = splitUser(task.user)
  return {
    upid: task.upid,
    node: task.node,
    pid: task.pid,
    pstart: task.pstart,
    starttime: task.startedAt,
    type: task.type,
    id: task.id,
    user: userid,
    ...(token === undefined ? {} : { tokenid: token }),
  }
}

/** A task that has no file is told as one whose log is this line: its user is read from the UPID, and nothing else is looked at. */
const noFile = (call: Call): readonly unknown[] => {
  const owner = upidOf(call).split(':').at(-2) ?? ''
  if (call.user !== owner && call.user !== splitUser(owner).userid)
    call.require(`/nodes/${call.node.name}`, 'Sys.Audit')
  call.extra('total', 1)
  return [{ n: 1, t: 'unable to open file - No such file or directory' }]
}

const upidParams = { node: shared.node, upid: required(text()) }

/** Single worker tasks. */
export const taskRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}',
    permission: anyUser,
    params: upidParams,
    handle: () => [{ name: 'log' }, { name: 'status' }],
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/status',
    permission: anyUser,
    proxy: 'node',
    params: upidParams,
    handle: (call) => {
      const task = taskOf(call, 'Sys.Audit')
      return task.end === undefined
        ? { ...taskFacts(task), status: 'running' }
        : { ...taskFacts(task), status: 'stopped', exitstatus: task.end.status }
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/log',
    permission: anyUser,
    proxy: 'node',
    params: { ...upidParams, start: integer(0), limit: integer(0), download: flag },
    handle: (call) => {
      if (findTask(call) === undefined) return noFile(call)
      const { log } = taskOf(call, 'Sys.Audit')
      const start = Number(call.params['start'] ?? 0)
      const limit = Number(call.params['limit'] ?? 50)
      call.extra('total', Math.max(1, log.length))
      const to = limit === 0 ? undefined : start + limit
      if (log.length === 0) return [{ n: 1, t: 'no content' }]
      return log.map((line, index) => ({ n: index + 1, t: line })).slice(start, to)
    },
  },
  {
    method: 'DELETE',
    path: '/nodes/{node}/tasks/{upid}',
    permission: anyUser,
    proxy: 'node',
    params: upidParams,
    handle: async (call) => {
      const task = taskOf(call, 'Sys.Modify')
      task.interrupt()
      await task.done
      return null
    },
  },
]
