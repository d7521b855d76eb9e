import type { ApplyEnd, ApplyProgress, SdnWriter } from '../../model/network-ports.ts'
import type { Logger } from '../../model/ports.ts'
import { always } from '../../model/permit.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { VnetConfig } from '../../model/snapshot.ts'
import type { Api } from './api.ts'
import { reloadFailures } from './apply-log.ts'
import { applyLog, type WatchApply } from './apply-watch.ts'
import type { Params } from './calls.ts'
import { LockTimeout, UnknownCall } from './errors.ts'
import { pendingSubnet } from './pending.ts'
import { lockToken, nothing, pendingRows } from './schemas.ts'
import type { RunTask } from './run-task.ts'

const REMOVABLE = ['alias', 'tag'] as const

const given = (changes: Partial<VnetConfig>): Params => ({
  ...(changes.zone === undefined ? {} : { zone: changes.zone }),
  ...(changes.tag === undefined ? {} : { tag: changes.tag }),
  ...(changes.alias === undefined ? {} : { alias: changes.alias }),
  ...(changes.vlanAware === undefined ? {} : { vlanaware: changes.vlanAware ? 1 : 0 }),
})

/** What an update sends: the fields given, and in `delete` those that are given as undefined. */
const updateParams = (changes: Partial<VnetConfig>): Params => {
  const removed = REMOVABLE.filter((name) => name in changes && changes[name] === undefined)
  return { ...given(changes), ...(removed.length === 0 ? {} : { delete: removed.join(',') }) }
}

interface Deps {
  readonly api: Api
  readonly runTask: RunTask
  readonly watchApply: WatchApply
  readonly logger: Logger
}

const APPLY = 'PUT /cluster/sdn'

/** VNets, their lock and their apply. There is no call that writes a zone. */
export const createSdnWriter = ({ api, runTask, watchApply, logger }: Deps): SdnWriter => {
  /**
   * A node that failed to reload shows in this log and in that node's own task; the apply's task ends well. Where the log can't be
   * read it is known how far the apply had come before.
   */
  const endOf = async (before: ApplyProgress, signal: AbortSignal): Promise<ApplyEnd> => {
    const log = await applyLog(api, before.upid, signal)
    if (log === undefined) return { kind: 'held-up', progress: before }
    const failures = reloadFailures(log)
    for (const { node, why } of failures)
      logger.warn(`SDN apply: node ${node} did not reload its network`, { node, why })
    return { kind: 'ended', failures }
  }

  return {
    async lock(allowPending, signal) {
      try {
        const params = allowPending ? { 'allow-pending': 1 } : {}
        const token = await api.write('POST /cluster/sdn/lock', {}, params, lockToken, always(signal))
        return { kind: 'held', token }
      } catch (error) {
        if (error instanceof UnknownCall) return { kind: 'unsupported' }
        if (isProxmoxError(error, 'conflict')) return { kind: 'pending' }
        if (isProxmoxError(error, 'locked') && !(error instanceof LockTimeout)) return { kind: 'taken' }
        throw error
      }
    },
    async unlock(token, signal) {
      try {
        await api.write('DELETE /cluster/sdn/lock', {}, { 'lock-token': token }, nothing, always(signal))
      } catch (error) {
        // Somebody has forced it open, and holds it now: ours it is no more.
        if (!isProxmoxError(error, 'locked') || error instanceof LockTimeout) throw error
      }
    },
    async createVnet(name, config, token, permit) {
      const params = { vnet: name, ...given(config), ...withToken(token) }
      await api.write('POST /cluster/sdn/vnets', {}, params, nothing, permit)
    },
    async updateVnet(name, changes, token, permit) {
      const params = updateParams(changes)
      if (Object.keys(params).length === 0) return
      const call = 'PUT /cluster/sdn/vnets/{vnet}'
      await api.write(call, { vnet: name }, { ...params, ...withToken(token) }, nothing, permit)
    },
    async deleteVnet(name, token, permit) {
      await api.write('DELETE /cluster/sdn/vnets/{vnet}', { vnet: name }, withToken(token), nothing, permit)
    },
    async pendingSubnets(vnets, signal) {
      const call = 'GET /cluster/sdn/vnets/{vnet}/subnets'
      const lists = await Promise.all(
        vnets.map((vnet) => api.read(call, { vnet }, { pending: 1 }, pendingRows, signal)),
      )
      return lists.flat().flatMap(pendingSubnet)
    },
    async apply(token, permit, watch) {
      // Left out, `release-lock` does not release, whatever its documentation says.
      const params = token === undefined ? {} : { ...withToken(token), 'release-lock': 1 }
      const leave = new AbortController()
      const signal = AbortSignal.any([permit.signal, leave.signal])
      let onHeldUp: (progress: ApplyProgress) => void = () => undefined
      const heldUp = new Promise<ApplyProgress>((resolve) => (onHeldUp = resolve))
      let last: ApplyProgress = { upid: '', through: new Map(), at: undefined }
      const onProgress = (progress: ApplyProgress): void => {
        last = progress
        watch.onProgress(progress)
      }
      const task = runTask(APPLY, {}, params, { ...permit, signal }, (upid) => {
        last = { upid, through: new Map(), at: undefined }
        watch.onCommitted()
        watchApply(upid, { ...watch, onProgress }, signal).then(onHeldUp, () => undefined)
      })
      try {
        const first = await Promise.race([task, heldUp])
        if (typeof first !== 'string') return { kind: 'held-up', progress: first }
        return await endOf(last, permit.signal)
      } finally {
        leave.abort()
        task.catch(() => undefined)
      }
    },
  }
}

const withToken = (token: string | undefined): Params => (token === undefined ? {} : { 'lock-token': token })
