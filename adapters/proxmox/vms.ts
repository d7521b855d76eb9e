import type { CloneRequest, ConfigPatch, MachineAudit, MachineRead, Machines } from '../../model/machine-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Lanes } from './lanes.ts'
import type { Api } from './api.ts'
import type { Params } from './calls.ts'
import type { Plugged, Plugs } from './plugs.ts'
import type { RunTask } from './run-task.ts'
import { guestPending, nodeMachines, nodeTasks, nothing, vmConfig, vmStatus } from './schemas.ts'
import type { Templates } from './templates.ts'

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

/** Undefined where Proxmox itself says that there is no such VM; every other failure stays one. */
const unlessAbsent = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read
  } catch (error) {
    if (isProxmoxError(error, 'not-found')) return undefined
    throw error
  }
}

/** NICs whose VNet the node has, and that are not among the ports of its bridge. */
async function unpluggedOf(
  read: Pick<MachineRead, 'node' | 'vmid' | 'config'>,
  zones: readonly string[],
  plugs: Plugs,
  signal: AbortSignal,
  freshness: 'now' | undefined,
): Promise<Unplugged> {
  const bridges = async (asOf: 'now' | undefined): Promise<Plugged> => {
    const told = await Promise.all(zones.map((zone) => plugs.on(read.node, zone, signal, asOf)))
    return new Map(told.flatMap((each) => [...(each ?? [])]))
  }
  const first = notAmong(read, await bridges(freshness))
  // It may have been started since the node was asked.
  return first.unplugged.length === 0 || freshness !== undefined ? first : notAmong(read, await bridges('now'))
}

type Unplugged = Pick<MachineAudit, 'unplugged' | 'bridgesGone' | 'untold'>

const ALL_PLUGGED: Unplugged = { unplugged: [], bridgesGone: [] }

const notAmong = ({ vmid, config }: Pick<MachineRead, 'vmid' | 'config'>, bridges: Plugged): Unplugged => {
  const untold: string[] = []
  const off = Object.entries(config).flatMap(([key, value]) => {
    const words = /^net\d+$/.test(key) ? value.split(',') : []
    const bridge = words.find((word) => word.startsWith('bridge='))?.slice('bridge='.length)
    const ports = bridge === undefined ? undefined : bridges.get(bridge)
    if (bridge !== undefined && ports === undefined) untold.push(key)
    if (bridge === undefined || ports === undefined) return []
    if (ports === 'gone') return [{ key, bridge, isGone: true }]
    return ports.has(`${vmid} ${key}`) ? [] : [{ key, bridge, isGone: false }]
  })
  const gone = off.filter(({ isGone }) => isGone).map(({ bridge }) => bridge)
  return { unplugged: off.map(({ key }) => key), bridgesGone: [...new Set(gone)], untold }
}

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
        all.map(({ vmid, name, status, uptime = 0 }) => [
          vmid,
          { name, running: status === 'running', uptimeSeconds: uptime },
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
