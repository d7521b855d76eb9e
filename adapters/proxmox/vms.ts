import type { CloneRequest, ConfigPatch, Machines } from '../../model/machine-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Lanes } from './lanes.ts'
import type { Api } from './api.ts'
import type { Params } from './calls.ts'
import type { Plugs } from './plugs.ts'
import type { RunTask } from './run-task.ts'
import { guestPending, nodeMachines, nodeTasks, nothing, vmConfig, vmStatus } from './schemas.ts'
import type { Templates } from './templates.ts'
import { unlessAbsent } from './unless-absent.ts'
import { ALL_PLUGGED, unpluggedOf } from './unplugged.ts'

interface Deps {
  readonly api: Api
  readonly runTask: RunTask
  readonly templates: Templates
  readonly lanes: Lanes
  readonly plugs: Plugs
}

const tagsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/[;,\s]+/).filter((tag) => tag !== '')

const cloneParams = ({ template, vmid, name, pool, description, target, full }: CloneRequest): Params => ({
  newid: vmid,
  name,
  pool,
  description,
  ...(target === template.node ? {} : { target }),
  full: full ? 1 : 0,
  ...(full ? { storage: full.storage } : {}),
  ...(full?.format === undefined ? {} : { format: full.format }),
})

const patchParams = ({ set, delete: removed, digest }: ConfigPatch): Params => ({
  ...set,
  ...(removed.length === 0 ? {} : { delete: removed.join(',') }),
  digest,
})

/** Single VMs. There is no call that migrates one. */
export const createMachines = ({ api, runTask, templates, lanes, plugs }: Deps): Machines => {
  const read: Machines['read'] = async (node, vmid, signal) => {
    const [config, status] = await Promise.all([
      unlessAbsent(api.read('GET /nodes/{node}/qemu/{vmid}/config', { node, vmid }, {}, vmConfig, signal)),
      unlessAbsent(api.read('GET /nodes/{node}/qemu/{vmid}/status/current', { node, vmid }, {}, vmStatus, signal)),
    ])
    if (!config || !status) return undefined
    const { digest = '', ...keys } = config
    return {
      vmid,
      node,
      name: keys['name'],
      running: status.status === 'running',
      uptimeSeconds: status.uptime ?? 0,
      pid: status.pid,
      paused: status.qmpstatus === 'paused' || status.qmpstatus === 'suspended',
      template: keys['template'] === '1',
      lock: keys['lock'],
      tags: tagsOf(keys['tags']),
      config: keys,
      digest,
    }
  }

  return {
    read,

    async told(node, signal) {
      const all = await api.read('GET /nodes/{node}/qemu', { node }, {}, nodeMachines, signal)
      return new Map(
        all.map(({ vmid, name, status, uptime = 0, pid }) => [
          vmid,
          { name, running: status === 'running', uptimeSeconds: uptime, pid },
        ]),
      )
    },

    async lastStart(node, vmid, signal) {
      const params = { vmid, typefilter: 'qmstart', limit: 1 }
      const [last] = await api.read('GET /nodes/{node}/tasks', { node }, params, nodeTasks, signal)
      return last && { upid: last.upid, isWell: last.status === 'OK' || /^WARNINGS: \d+$/.test(last.status ?? '') }
    },

    audit: (node, vmid, zones, wanted, asOf) =>
      lanes.onNode(
        node,
        async () => {
          const { signal } = wanted
          const seen = await read(node, vmid, signal)
          if (seen === undefined || !seen.running) return seen && { ...seen, waiting: [], ...ALL_PLUGGED }
          const [rows, plugged] = await Promise.all([
            api.read('GET /nodes/{node}/qemu/{vmid}/pending', { node, vmid }, {}, guestPending, signal),
            unpluggedOf(seen, zones, plugs, signal, asOf),
          ])
          return {
            ...seen,
            waiting: rows.flatMap((row) => (row.pending === undefined && row.delete === undefined ? [] : [row.key])),
            ...plugged,
          }
        },
        wanted,
      ),

    async clone(request, permit) {
      const { template } = request
      const storage = request.full?.storage ?? (await templates.storageOfClones(template, permit.signal))
      const call = 'POST /nodes/{node}/qemu/{vmid}/clone'
      await lanes.onStorage(
        storage ?? `template:${template.vmid}`,
        () => runTask(call, template, cloneParams(request), permit),
        permit,
      )
    },

    async configure(node, vmid, patch, permit) {
      const call = 'PUT /nodes/{node}/qemu/{vmid}/config'
      await lanes.onNode(node, () => api.write(call, { node, vmid }, patchParams(patch), nothing, permit), permit)
    },

    async start(node, vmid, permit) {
      const call = 'POST /nodes/{node}/qemu/{vmid}/status/start'
      try {
        await lanes.onNode(node, () => runTask(call, { node, vmid }, {}, permit), permit)
      } catch (error) {
        // Somebody was quicker; the task's end is the only place where Proxmox tells.
        if (isProxmoxError(error, 'task-failed') && error.message.includes(`VM ${vmid} already running`)) return
        throw error
      }
    },

    // Not in the node's lane: guests that don't respond would keep others' work waiting. The wait costs Proxmox nothing.
    async shutdown(node, vmid, seconds, permit) {
      const call = 'POST /nodes/{node}/qemu/{vmid}/status/shutdown'
      await runTask(call, { node, vmid }, { timeout: seconds }, permit)
    },

    async stop(node, vmid, permit) {
      const call = 'POST /nodes/{node}/qemu/{vmid}/status/stop'
      await lanes.onNode(node, () => runTask(call, { node, vmid }, {}, permit), permit)
    },

    async destroy(node, vmid, permit, options) {
      const call = 'DELETE /nodes/{node}/qemu/{vmid}'
      const params: Params = options?.unreferencedDisks === true ? { 'destroy-unreferenced-disks': 1 } : {}
      await lanes.onNode(node, () => runTask(call, { node, vmid }, params, permit), permit)
    },
  }
}
