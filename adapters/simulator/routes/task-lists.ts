import { splitList } from '../formats.ts'
import { flag, integer, oneOf, shared, text } from '../parameters.ts'
import { anyUser } from '../permission.ts'
import type { Call, Route } from '../route.ts'
import { nodesOf, type Task } from '../world.ts'
import { isOwnTask, taskFacts } from './tasks.ts'

const outcome = (status: string): string => {
  if (status === 'OK') return 'ok'
  if (/^WARNINGS: \d+$/.test(status)) return 'warning'
  return status === 'unexpected status' ? 'unknown' : 'error'
}

const row = (task: Task): Readonly<Record<string, unknown>> => ({
  ...taskFacts(task),
  ...(task.end === undefined ? {} : { endtime: task.end.at, status: task.end.status }),
})

/** Those of one node a list's filters let through, running ones first, then the latest ended first. */
const filtered = ({ sim, node, params }: Call): readonly Task[] => {
  const { source = 'archive', vmid, since, until, typefilter, userfilter, statusfilter } = params
  const outcomes = statusfilter === undefined ? undefined : splitList(statusfilter.toLowerCase())
  const wanted = (task: Task): boolean =>
    (source === 'all' || (source === 'active') === (task.end === undefined)) &&
    (params['errors'] !== '1' || (task.end !== undefined && outcome(task.end.status) === 'error')) &&
    (vmid === undefined || task.id === vmid) &&
    (typefilter === undefined || task.type === typefilter) &&
    (userfilter === undefined || task.user.includes(userfilter)) &&
    (since === undefined || task.startedAt >= Number(since)) &&
    (until === undefined || task.startedAt <= Number(until)) &&
    (outcomes === undefined || (task.end !== undefined && outcomes.includes(outcome(task.end.status))))
  const last = (task: Task): number => task.end?.at ?? Infinity
  return sim.world.tasks
    .filter((task) => task.node === node.name && wanted(task))
    .toReversed()
    .toSorted((a, b) => (last(a) === last(b) ? 0 : last(b) - last(a)))
}

const listOfNode = (call: Call): readonly unknown[] => {
  const audit = call.may(`/nodes/${call.node.name}`, 'Sys.Audit')
  const tasks = filtered(call).filter((task) => audit || isOwnTask(call, task))
  const start = Number(call.params['start'] ?? 0)
  call.extra('total', tasks.length)
  return tasks.slice(start, start + Number(call.params['limit'] ?? 50)).map(row)
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
