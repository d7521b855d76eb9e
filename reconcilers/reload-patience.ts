import type { ClusterSnapshot } from '../model/snapshot.ts'
import { startOfTask } from '../model/upid.ts'

/** Most reloads are done in a few seconds. */
const LEAST_MS = 30_000
/** One that hung for hours and ended well, or whose node's date was set meanwhile, says nothing of others. */
const MOST_MS = 300_000
/** Of a cluster whose reloads take long, so many times the longest that it lists. */
const TIMES = 3

/**
 * How long the reload of a node's network may take, in milliseconds, before it counts as one that hangs: Proxmox itself sets no
 * limit. That is a guess, and a wrong one does no harm: another apply fails on a node that is at work, and is made again.
 */
export function reloadPatience({ reloads }: Pick<ClusterSnapshot, 'reloads'>): number {
  const well = reloads.filter(({ failure }) => failure === undefined)
  // A UPID that can't be read tells no start.
  const took = well.map(({ upid, endedAt }) => endedAt - startOfTask(upid)).filter((each) => Number.isFinite(each))
  return Math.min(MOST_MS, Math.max(LEAST_MS, ...took.map((each) => TIMES * each)))
}
