import type { Finding } from '../../model/condition.ts'
import { poolComment } from '../../model/identity.ts'
import type { Pools } from '../../model/machine-ports.ts'
import { always, provided } from '../../model/permit.ts'
import type { Logger } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { hiddenMembersOf } from '../../reconcilers/not-visible.ts'
import type { StepEnd } from './removal-step-end.ts'

/** The last step of a removal: the range's pool. One that nothing shows to be the range's is somebody's, and stays. */
export class RemovalOfPool {
  readonly #pools: Pools
  readonly #logger: Logger
  /** Ranges of whose pools VMs were removed, so that these are theirs whatever their comments say. */
  readonly #emptied = new Set<string>()
  readonly #gone = new Set<string>()

  constructor(pools: Pools, logger: Logger) {
    this.#pools = pools
    this.#logger = logger
  }

  /** VMs of the range were removed from its pool. */
  emptied(rangeId: string): void {
    this.#emptied.add(rangeId)
  }

  /** Nothing of the range is left. */
  forget(rangeId: string): void {
    this.#emptied.delete(rangeId)
    this.#gone.add(rangeId)
  }

  /** Whether it was found out by the pool's name that nothing of the range is left, and nothing was seen of it since. */
  isKnownGone(rangeId: string): boolean {
    return this.#gone.has(rangeId)
  }

  /**
   * Why the range's VMs are not all shown, by its pool as it is asked for by its name: lists leave out what they may not tell, this
   * answer is whole or refused. Throws when it is.
   *
   * @param shown the VMIDs of those that are
   */
  async whyNotWhole(rangeId: string, shown: readonly number[], signal: AbortSignal): Promise<Finding | undefined> {
    this.#gone.delete(rangeId)
    const guests = (await this.#pools.read(rangeId, signal))?.guests ?? []
    return hiddenIn(
      rangeId,
      guests.filter((vmid) => !shown.includes(vmid)),
    )
  }

  /**
   * Done as well when the pool is gone, or is none of the range's. Throws when Proxmox fails.
   *
   * @param check asked right before it is sent. Throws `Withdrawn` when the range is not to go any more
   */
  async remove(rangeId: string, check: () => Promise<void>, signal: AbortSignal): Promise<StepEnd> {
    const pool = await this.#pools.read(rangeId, signal)
    if (pool === undefined) return { kind: 'done' }
    const finding = hiddenIn(rangeId, pool.guests)
    if (finding !== undefined) return { kind: 'refused', finding }
    if (pool.comment !== poolComment(rangeId) && !this.#emptied.has(rangeId)) return { kind: 'done' }
    try {
      this.#logger.info('removing pool', { range: rangeId, pool: rangeId })
      await this.#pools.remove(rangeId, provided(check, always(signal)))
      return { kind: 'done' }
    } catch (error) {
      if (!isProxmoxError(error, 'conflict')) throw error
      const message = `range ${rangeId}: its pool ${rangeId} has something in it that is no VM of the range, so it stays: ${error.message}; take that out, and the pool goes by itself`
      return { kind: 'stuck', finding: { reason: 'PoolLeft', message } }
    }
  }
}

/** @param vmids of guests in the range's pool that no list has shown */
const hiddenIn = (rangeId: string, vmids: readonly number[]): Finding | undefined =>
  hiddenMembersOf(rangeId, { unseen: [], pools: [rangeId], hiddenMembers: new Map([[rangeId, vmids]]) })
