import type { ClusterSnapshot } from '../model/snapshot.ts'
import { startOfTask } from '../model/upid.ts'

/** Most reloads are done in a few seconds. */
const LEAST_MS = 30_000
/** Of a cluster whose reloads take long, so many times the longest that it lists. */
const TIMES = 3

/**
 * How long the reload of a node's network may take, in milliseconds, before it counts as one that hangs: Proxmox itself sets no
 * limit. That is a guess, and a wrong one does no harm: another apply fails on a node that is at work, and is made again.
 */
export const reloadPatience = ({ reloads }: Pick<ClusterSnapshot, 'reloads'>): number =>
  Math.max(
    LEAST_MS,
    ...reloads.flatMap(({ upid, endedAt, failure }) =>
      failure === undefined ? [TIMES * (endedAt - startOfTask(upid))] : [],
    ),
  )
