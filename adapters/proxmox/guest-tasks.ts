import type { GuestTask, GuestTasks } from '../../model/guest-tasks.ts'
import { nodeOfTask, startOfTask } from '../../model/upid.ts'
import type { Api } from './api.ts'
import { nodeTasks, taskLog, taskStatus } from './schemas.ts'

/** As many lines of a log are read at once; none is known to be longer by much. */
const LINES = 5000
/** What a list says of a task that runs, in place of how it has ended (from the source of pve-manager). */
const RUNNING = 'RUNNING'

/** Fields of `UPID:node:pid:pstart:starttime:type:id:user:`. */
function ofUpid(upid: string): Omit<GuestTask, 'end'> {
  const [, , , , , type = '', id = '', user = ''] = upid.split(':')
  return { upid, node: nodeOfTask(upid), type, id, user, startedAt: startOfTask(upid) }
}

/** Reads the tasks of guests from their nodes. */
export const createGuestTasks = (api: Pick<Api, 'read'>): GuestTasks => ({
  async of(node, vmid, most, signal) {
    const params = { vmid, source: 'all', limit: most }
    const rows = await api.read('GET /nodes/{node}/tasks', { node }, params, nodeTasks, signal)
    return rows.map(({ upid, status }) => ({ ...ofUpid(upid), end: status === RUNNING ? undefined : status }))
  },

  async one(upid, signal) {
    const names = { node: nodeOfTask(upid), upid }
    const { exitstatus } = await api.read('GET /nodes/{node}/tasks/{upid}/status', names, {}, taskStatus, signal)
    return { ...ofUpid(upid), end: exitstatus }
  },

  async logEnd(upid, most, signal) {
    const names = { node: nodeOfTask(upid), upid }
    const lines = await api.read('GET /nodes/{node}/tasks/{upid}/log', names, { limit: LINES }, taskLog, signal)
    return lines.map(({ t }) => t).slice(-most)
  },
})
