import type { Reboots } from '../../model/reboot-ports.ts'
import type { Api } from './api.ts'
import type { RunTask } from './run-task.ts'
import { nodeTasks } from './schemas.ts'

/** As many as a VM has in a busy hour. */
const TASKS = 50

/** Reboots VMs, and tells what is at work on them. */
export const createReboots = (api: Pick<Api, 'read'>, runTask: RunTask): Reboots => ({
  // Not in the node's lane, as with a shutdown: guests that take long would keep others' work waiting.
  async reboot(node, vmid, seconds, permit) {
    const call = 'POST /nodes/{node}/qemu/{vmid}/status/reboot'
    await runTask(call, { node, vmid }, { timeout: seconds }, permit)
  },

  async tasksOf(node, vmid, signal) {
    const params = { vmid, source: 'all', limit: TASKS }
    const rows = await api.read('GET /nodes/{node}/tasks', { node }, params, nodeTasks, signal)
    return rows.map(({ type = '', status = '', endtime }) => ({
      type,
      end: endtime === undefined ? undefined : status,
    }))
  },
})
