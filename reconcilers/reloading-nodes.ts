import type { ClusterSnapshot, TaskSeen } from '../model/snapshot.ts'
import { startOfTask } from '../model/upid.ts'

type Seen = Pick<ClusterSnapshot, 'runningTasks' | 'nodes' | 'hangingReloads'>

/** What reloads a node's network just now. */
export interface ReloadUnderWay {
  readonly task: TaskSeen
  /** `own`: the node's own reload; `apply`: an apply, which reloads node after node. */
  readonly kind: 'own' | 'apply'
  /** It has taken longer than anybody waits for. */
  readonly hangs: boolean
  /** The node that an apply which hangs stands at, where that is known. */
  readonly at: string | undefined
}

/** All that is under way; a node's own reloads first. A node that is off has no running task, whatever the list still says. */
export function reloadsUnderWay({ runningTasks, nodes, hangingReloads }: Seen): readonly ReloadUnderWay[] {
  const inCluster = new Set(nodes.flatMap((node) => (node.inCluster ? [node.name] : [])))
  const of = (type: string, kind: ReloadUnderWay['kind']): readonly ReloadUnderWay[] =>
    runningTasks
      .filter((task) => task.type === type && inCluster.has(task.node))
      .map((task) => ({
        task,
        kind,
        hangs: hangingReloads?.has(task.upid) ?? false,
        at: hangingReloads?.get(task.upid),
      }))
  return [...of('srvreload', 'own'), ...of('reloadnetworkall', 'apply')]
}

/**
 * The nodes whose network is being reloaded just now: by a reload of their own (`srvreload`), or by an apply, which
 * reloads node after node (`reloadnetworkall`). What hangs is waited for no longer.
 */
export function reloadingNodes(seen: Seen): ReadonlySet<string> {
  const under = reloadsUnderWay(seen).filter(({ hangs }) => !hangs)
  return under.some(({ kind }) => kind === 'apply')
    ? new Set(seen.nodes.flatMap((node) => (node.inCluster ? [node.name] : [])))
    : new Set(under.map(({ task }) => task.node))
}

/** Nodes on which a reload hangs, or at which an apply stands that does. */
export const hangingNodes = (seen: Seen): ReadonlyMap<string, ReloadUnderWay> =>
  new Map(
    reloadsUnderWay(seen)
      .flatMap((each): [string | undefined, ReloadUnderWay][] =>
        each.hangs ? [[each.kind === 'own' ? each.task.node : each.at, each]] : [],
      )
      .reverse()
      .flatMap(([node, each]) => (node === undefined ? [] : [[node, each] as const])),
  )

/** `(task UPID:..., since 2026-05-01T12:00:00Z)`, for people. */
export const taskText = ({ upid }: TaskSeen): string => {
  const start = startOfTask(upid)
  const since = Number.isNaN(start) ? '' : `, since ${new Date(start).toISOString().replace('.000', '')}`
  return `(task ${upid}${since})`
}

/** How a node stands on which a reload hangs, as the end of a sentence about the node. */
export const hangingText = ({ kind, task }: ReloadUnderWay): string =>
  kind === 'own'
    ? `has been reloading its network for so long that it must hang ${taskText(task)}`
    : `holds up the apply of networks, which gets no answer there ${taskText(task)}`
