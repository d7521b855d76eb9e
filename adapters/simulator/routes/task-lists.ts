import { splitList } from '../formats.ts'
import { flag, integer, oneOf, shared, text } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { nodesOf, type Task } from '../world.ts'
import { splitUser } from '../privileges.ts'
import { isOwnTask, taskFacts } from './tasks.ts'

/** In the words of `statusfilter`; one that runs has none yet. */
const outcome = (status: string | undefined): string => {
  if (status === undefined) return 'unknown'
  if (status === 'OK') return 'ok'
  if (/^WARNINGS: \d+$/.test(status)) return 'warning'
  return status === 'unexpected status' ? 'unknown' : 'error'
}

const row = (task: Task): Readonly<Record<string, unknown>> => ({
  ...taskFacts(task),
  ...(task.end === undefined ? {} : { endtime: task.end.at, status: task.end.status }),
})

/** The token's name is split off only once a task has ended. */
const shownUser = (task: Task): string => (task.end === undefined ? task.user : splitUser(task.user).userid)

/** One that runs is `RUNNING`, and has its user as it stands in the UPID. */
const rowOfNode = (task: Task): Readonly<Record<string, unknown>> => {
  if (task.end !== undefined) return row(task)
  const { tokenid: _, ...facts } = row(task)
  return { ...facts, user: task.user, status: 'RUNNING' }
}

/** Those of one node a list's filters let through, running ones first, then the latest ended first. */
const filtered = ({ sim, node, params }: Call): readonly Task[] => {
  const { source = 'archive', vmid, since, until, typefilter, userfilter, statusfilter } = params
  // Whoever asks for errors is told all that is not well, whatever else he asks for.
  const outcomes =
    params['errors'] === '1'
      ? ['warning', 'error', 'unknown']
      : statusfilter === undefined
        ? undefined
        : splitList(statusfilter.toLowerCase())
  const wanted = (task: Task): boolean =>
    (source === 'all' || (source === 'active') === (task.end === undefined)) &&
    (vmid === undefined || task.id === vmid) &&
    (typefilter === undefined || task.type === typefilter) &&
    (userfilter === undefined || shownUser(task).toLowerCase().includes(userfilter.toLowerCase())) &&
    (since === undefined || task.startedAt >= Number(since)) &&
    (until === undefined || task.startedAt <= Number(until)) &&
    (outcomes === undefined || outcomes.includes(outcome(task.end?.status)))
  const last = (task: Task): number => task.end?.at ?? Infinity
  return sim.world.tasks
    .filter((task) => task.node === node.name && wanted(task))
    .toReversed()
    .toSorted((a, b) => (last(a) === last(b) ? 0 : last(b) - last(a)))
}

const listOfNode = (call: Call): readonly unknown[] => {
  const audit = call.may(`/nodes/${call.node.name}`, 'Sys.Audit')
  const isOwn = (task: Task): boolean => (task.end === undefined ? task.user === call.user : isOwnTask(call, task))
  const tasks = filtered(call).filter((task) => audit || isOwn(task))
  const start = Number(call.params['start'] ?? 0)
  call.extra('total', tasks.length)
  return tasks.slice(start, start + Number(call.params['limit'] ?? 50)).map(rowOfNode)
}

const perNode = 25

const listOfCluster = (call: Call): readonly unknown[] => {
  const audit = call.may('/', 'Sys.Audit')
  const visible = call.sim.world.tasks.filter((task) => audit || isOwnTask(call, task)).toReversed()
  return nodesOf(call.sim.world).flatMap((node) => {
    const tasks = visible.filter((task) => task.node === node.name)
    const running = tasks.filter((task) => task.end === undefined)
    const ended = tasks.filter((task) => task.end !== undefined).slice(0, perNode)
    return [...running, ...ended].map((task) => {
      const { pstart: _, pid, ...facts } = row(task)
      return task.end === undefined ? { ...facts, pid } : { ...facts, saved: '1' }
    })
  })
}

/** Lists of tasks: one node's, with filters, and the latest of the whole cluster. */
export const taskListRoutes: readonly Route[] = [
  { method: 'GET', path: '/cluster/tasks', permission: anyUser, params: {}, handle: listOfCluster },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks',
    permission: anyUser,
    proxy: 'node',
    params: {
      node: shared.node,
      errors: flag,
      limit: integer(0),
      since: integer(),
      source: oneOf('archive', 'active', 'all'),
      start: integer(0),
      statusfilter: text({ format: 'pve-task-status-type-list' }),
      typefilter: text(),
      until: integer(),
      userfilter: text(),
      vmid: integer(100, 999_999_999, { format: 'pve-vmid' }),
    },
    handle: listOfNode,
  },
]
