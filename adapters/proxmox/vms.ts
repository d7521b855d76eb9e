import type { CloneRequest, ConfigPatch, Machines } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Lanes } from '../lanes.ts'
import type { Api } from './api.ts'
import type { Params } from './calls.ts'
import type { RunTask } from './run-task.ts'
import { nothing, vmConfig, vmStatus } from './schemas.ts'

interface Deps {
  readonly api: Api
  /** Starts a task once; a lock that was not had ends it. */
  readonly runTask: RunTask
  /** Starts a task, again when a lock was not had. */
  readonly runTaskPatiently: RunTask
  readonly lanes: Lanes
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

/** Storage of the first disk of a configuration: `shared` in `scsi0: shared:9000/base-9000-disk-0.qcow2,size=1G`. */
const storageOfDisks = (config: Readonly<Record<string, string>>): string | undefined => {
  const disks = Object.entries(config)
    .filter(([key, value]) => /^(?:scsi|virtio|sata|ide)\d+$/.test(key) && !value.includes('media=cdrom'))
    .map(([, value]) => /^([^:,]+):/.exec(value)?.[1])
  return disks.find((storage) => storage !== undefined)
}

/** Undefined where Proxmox itself says that there is no such VM; every other failure stays one. */
const unlessAbsent = async <T>(read: Promise<T>): Promise<T | undefined> => {
  try {
    return await read
  } catch (error) {
    if (isProxmoxError(error, 'not-found')) return undefined
    throw error
  }
}

/** Single VMs. There is no call that migrates one. */
export const createMachines = ({ api, runTask, runTaskPatiently, lanes }: Deps): Machines => {
  const storageOfTemplate = new Map<number, string>()

  /** Where a linked clone's disks come to be: on its template's storage, read once per template. */
  const storageOfLinkedClone = async (template: CloneRequest['template'], signal: AbortSignal): Promise<string> => {
    const known = storageOfTemplate.get(template.vmid)
    if (known !== undefined) return known
    const config = await api.read('GET /nodes/{node}/qemu/{vmid}/config', template, {}, vmConfig, signal)
    const storage = storageOfDisks(config)
    if (storage !== undefined) storageOfTemplate.set(template.vmid, storage)
    return storage ?? `template:${template.vmid}`
  }

  return {
    async read(node, vmid, signal) {
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
        template: keys['template'] === '1',
        lock: keys['lock'],
        tags: tagsOf(keys['tags']),
        config: keys,
        digest,
      }
    },

    async clone(request, signal) {
      const { template } = request
      const storage = request.full?.storage ?? (await storageOfLinkedClone(template, signal))
      const call = 'POST /nodes/{node}/qemu/{vmid}/clone'
      await lanes.onStorage(storage, () => runTask(call, template, cloneParams(request), signal), signal)
    },

    async configure(node, vmid, patch, signal) {
      const call = 'PUT /nodes/{node}/qemu/{vmid}/config'
      await lanes.onNode(node, () => api.write(call, { node, vmid }, patchParams(patch), nothing, signal), signal)
    },

    async start(node, vmid, signal) {
      const call = 'POST /nodes/{node}/qemu/{vmid}/status/start'
      try {
        await lanes.onNode(node, () => runTaskPatiently(call, { node, vmid }, {}, signal), signal)
      } catch (error) {
        // Somebody was quicker; the task's end is the only place where Proxmox tells.
        if (isProxmoxError(error, 'task-failed') && error.message.includes(`VM ${vmid} already running`)) return
        throw error
      }
    },
  }
}
