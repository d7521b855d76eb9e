import type { LaneLimits } from '../../adapters/proxmox/lanes.ts'

/** VMs that are all made alike, and what limits them; times in seconds. */
export interface Deployment {
  readonly vms: number
  readonly clone: number
  readonly start: number
  /** From the first write of the networks to their being in force, as no VM starts before; clones may. */
  readonly networks: number
  /** Of the storage that all are cloned to. */
  readonly storage: LaneLimits
  /** Starts at once, over all nodes. */
  readonly starts: number
}

/**
 * When the last VM runs in the best schedule that the lanes' limits leave room for: no schedule is faster, whatever its
 * order and whatever it knows beforehand.
 *
 * 1. Clones. A storage takes `storage.start` at once; each clone that ends while it is full allows one more, up to
 *    `storage.most`. The more have ended, the more may be under way, so beginning each as soon as it may be makes the
 *    k-th end as early as it can be, for every k.
 * 2. Starts. The k-th start can begin when the k-th clone has ended and the networks are in force. All nodes' lanes
 *    count as one, as if each VM could start wherever there is room: that can only be faster. Of works equally long,
 *    first come, first served is best.
 *
 * Everything else takes no time: looks, requests, configuration, locks, and learning that a task has ended.
 */
export function bestDeployment(deployment: Deployment): number {
  const { start, networks, starts } = deployment
  const free = Array.from({ length: starts }, () => 0)
  let last = 0
  for (const cloned of cloneEnds(deployment)) {
    const lane = free.indexOf(Math.min(...free))
    last = Math.max(cloned, networks, free[lane] ?? 0) + start
    free[lane] = last
  }
  return last
}

/** The earliest ends of the clones, in order. */
function cloneEnds({ vms, clone, storage }: Pick<Deployment, 'vms' | 'clone' | 'storage'>): readonly number[] {
  const ends: number[] = []
  let limit = storage.start
  for (let begun = 0, ended = 0; begun < vms;) {
    const now = ended === 0 ? 0 : (ends[ended - 1] ?? 0)
    for (; begun < vms && begun - ended < limit; begun++) ends.push(now + clone)
    ended += 1
    limit = Math.min(storage.most, limit + 1)
  }
  return ends
}
