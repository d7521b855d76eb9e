import type { Logger, SdnWriter } from '../../model/ports.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { VnetConfig } from '../../model/snapshot.ts'
import type { Api } from './api.ts'
import type { Params } from './calls.ts'
import { nothing } from './schemas.ts'
import type { RunTask } from './run-task.ts'
import type { TaskFollower } from './tasks.ts'

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

/**
 * Nodes that a reload did not reach or that failed it, from the lines of a `reloadnetworkall` task. The task itself
 * ends `OK` nevertheless: a line `pve2: reloading network config`, then, where it failed, what went wrong.
 */
export const reloadFailures = (log: readonly string[]): readonly { node: string; offline: boolean; why: string }[] => {
  const failures: { node: string; offline: boolean; why: string }[] = []
  let node: string | undefined
  let lines: string[] = []
  const close = (): void => {
    const failed = lines.find((line) => / failed: /.test(line))
    if (node === undefined || failed === undefined) return
    const unreached = lines.some((line) => line.startsWith('proxy handler failed')) || / 'pvesh /.test(failed)
    failures.push({ node, offline: unreached, why: lines[0] ?? failed })
  }
  for (const line of [...log, 'TASK OK']) {
    const begun = /^(\S+): reloading network config$/.exec(line)?.[1]
    if (begun === undefined && !line.startsWith('TASK ')) {
      lines.push(line)
      continue
    }
    close()
    node = begun
    lines = []
  }
  return failures
}

interface Deps {
  readonly api: Api
  readonly runTask: RunTask
  readonly tasks: TaskFollower
  readonly logger: Logger
}

/** VNets and their apply. There is no call that writes a zone. */
export const createSdnWriter = ({ api, runTask, tasks, logger }: Deps): SdnWriter => {
  const APPLY = 'PUT /cluster/sdn'

  /**
   * A node that is off catches up when it boots, and its zone status says `pending` until then; a node that is on and
   * failed to reload shows nowhere but in this log, so that is an error.
   */
  const checkReload = async (upid: string, signal: AbortSignal): Promise<void> => {
    const failures = reloadFailures(await tasks.log(upid, signal))
    for (const { node, why } of failures)
      logger.warn(`SDN apply: node ${node} did not reload its network`, { node, why })
    const broken = failures.filter(({ offline }) => !offline)
    if (broken.length === 0) return
    throw new ProxmoxError(
      'task-failed',
      APPLY,
      `SDN apply: ${broken.map(({ node, why }) => `node ${node} did not reload its network (${why})`).join('; ')}; ` +
        'the configuration is committed; put the node in order, then apply once more',
    )
  }

  return {
    async createVnet(name, config, signal) {
      await api.write('POST /cluster/sdn/vnets', {}, { vnet: name, ...given(config) }, nothing, signal)
    },
    async updateVnet(name, changes, signal) {
      const params = updateParams(changes)
      if (Object.keys(params).length === 0) return
      await api.write('PUT /cluster/sdn/vnets/{vnet}', { vnet: name }, params, nothing, signal)
    },
    async apply(signal) {
      const upid = await runTask(APPLY, {}, {}, signal)
      await checkReload(upid, signal)
    },
  }
}
