import type { Clock } from '../../model/clock.ts'
import type { ApplyProgress } from '../../model/network-ports.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { reloadPatience } from '../../reconcilers/reload-patience.ts'
import { hangingNodes, reloadsUnderWay } from '../../reconcilers/reloading-nodes.ts'

/** A node on which a reload hangs refuses another at once; one that can't be reached may take a while. In milliseconds. */
const KNOWN_TO_HANG_MS = 5000

/** How long an apply may stand at a node before it is waited for no longer, in milliseconds. */
export const patienceAt = (node: string | undefined, seen: ClusterSnapshot): number =>
  node !== undefined && hangingNodes(seen).has(node) ? KNOWN_TO_HANG_MS : reloadPatience(seen)

/**
 * Tells which reloads of networks hang: Proxmox sets no limit to one, and an apply waits for each node's. What has run for longer than
 * anybody waits for is waited for no longer, by nobody, and is a finding where something depends on it.
 *
 * Remembers in memory since when: after a restart the time begins anew, so that one is called hanging too late rather than too early.
 */
export class ReloadWatch {
  readonly #steady: Pick<Clock, 'now'>
  /** UPID -> when it was first seen, or an apply was last seen to have gone on. */
  #since: ReadonlyMap<string, number> = new Map()
  /** Applies that were left while they stood at a node, until they go on. */
  readonly #left = new Map<string, Left>()
  /** Which reloads there were at the last look: an apply that begins or ends one goes on. */
  #reloads = ''
  /** How many applies were under way then. */
  #applies = 0

  /** @param steady not the date, which may be set forward */
  constructor(steady: Pick<Clock, 'now'>) {
    this.#steady = steady
  }

  /** An apply stands at a node for longer than anybody waits for that. */
  heldUp({ upid, at }: Pick<ApplyProgress, 'upid' | 'at'>): void {
    this.#left.set(upid, { at, reload: undefined, reloads: undefined })
  }

  /** An observer that also tells which reloads hang. */
  observing(observer: ClusterObserver): ClusterObserver {
    return {
      observe: async (signal, asOf) => {
        const now = this.#steady.now()
        const snapshot = await observer.observe(signal, asOf)
        return { ...snapshot, hangingReloads: this.#hanging(snapshot, now) }
      },
    }
  }

  #hanging(snapshot: ClusterSnapshot, now: number): ReadonlyMap<string, string | undefined> {
    const under = reloadsUnderWay(snapshot)
    const running = new Set(under.map(({ task }) => task.upid))
    for (const [upid, left] of this.#left) {
      const later = running.has(upid) ? afterLook(left, snapshot, running) : undefined
      if (later === undefined) this.#left.delete(upid)
      else this.#left.set(upid, later)
    }
    const reloads = reloadsOn(undefined, snapshot)
    const applies = under.filter(({ kind }) => kind === 'apply').length
    // Of several any may be the one that goes on.
    const wentOn = reloads !== this.#reloads && Math.max(applies, this.#applies) <= 1
    this.#reloads = reloads
    this.#applies = applies
    const before = this.#since
    this.#since = new Map(
      under.map(({ task: { upid }, kind }) => [upid, kind === 'apply' && wentOn ? now : (before.get(upid) ?? now)]),
    )
    const patience = reloadPatience(snapshot)
    const waitedFor = new Set([...this.#left.values()].map(({ reload }) => reload))
    return new Map(
      under.flatMap(({ task: { upid } }): [string, string | undefined][] => {
        const left = this.#left.get(upid)
        const hangs = left !== undefined || waitedFor.has(upid) || now - (this.#since.get(upid) ?? now) >= patience
        return hangs ? [[upid, left?.reload === undefined ? left?.at : undefined]] : []
      }),
    )
  }
}

/** An apply that was left. */
interface Left {
  readonly at: string | undefined
  /** The UPID of the node's own reload, where that is what it waits for. */
  readonly reload: string | undefined
  /** All reloads of the node, where it has not got as far as one. */
  readonly reloads: string | undefined
}

/** What is known of it by another look; undefined when it has gone on. */
function afterLook(left: Left, snapshot: ClusterSnapshot, running: ReadonlySet<string>): Left | undefined {
  const { at, reload, reloads } = left
  if (at === undefined) return left
  if (reload !== undefined) return running.has(reload) ? left : undefined
  const now = reloadsOn(at, snapshot)
  if (reloads !== undefined) return now === reloads ? left : undefined
  const own = snapshot.runningTasks.find(({ type, node }) => type === 'srvreload' && node === at)
  return own === undefined ? { ...left, reloads: now } : { ...left, reload: own.upid }
}

/** Which reloads are listed, of a node or of all. */
const reloadsOn = (on: string | undefined, { runningTasks, reloads }: ClusterSnapshot): string =>
  [...runningTasks.filter(({ type }) => type === 'srvreload'), ...reloads]
    .filter(({ node }) => on === undefined || node === on)
    .map(({ upid }) => upid)
    .sort()
    .join()
