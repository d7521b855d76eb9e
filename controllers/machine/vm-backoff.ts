import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { Backoff, type Failed } from '../pace/backoff.ts'

/** What may pass is tried again soon, what only a change helps against at a pace that nobody minds. */
const POLICY = {
  retry: { first: 2000, most: 300_000 },
  stalled: { first: 60_000, most: 300_000 },
} as const

/** How a try at one VM failed. */
export interface VmFailure {
  readonly kind: 'retry' | 'stalled'
  readonly phase: VmPhase
  /** Proxmox' words, with the end of the task's log where a task failed. */
  readonly error: string
}

/** A VM that is left alone for now. */
export interface VmWait {
  readonly phase: VmPhase
  /** What failed last, and when it is tried again. */
  readonly trouble: string
  readonly outcome: Extract<Outcome, { readonly error: string }>
}

interface Known {
  readonly cause: string
  readonly failure: VmFailure
}

/**
 * Which VMs are left alone for now because what was tried last failed: longer after each failure in a row, and each by
 * itself. A cause that has changed ends the wait. Remembers in memory only; after a restart everything is tried once.
 */
export class VmBackoff {
  readonly #failed: Backoff<Known>
  readonly #random: () => number
  #when = whenOf

  /** @param clock a steady one @param random 0..1, to spread tries */
  constructor(clock: Pick<Clock, 'now'>, random: () => number) {
    this.#failed = new Backoff(clock)
    this.#random = random
  }

  /** From now on no time is told: whoever runs once may be gone by then. */
  expectNoLaterTurn(): void {
    this.#when = () => 'tried again by the next run'
  }

  /**
   * Why and until when the VM is left alone; undefined when it may be tried.
   *
   * @param cause all that a try depends on, as one text
   */
  waits(rangeId: string, vm: string, cause: string): VmWait | undefined {
    const key = keyOf(rangeId, vm)
    const failed = this.#failed.get(key)
    return failed?.value.cause === cause && this.#failed.left(key) > 0 ? this.#waitOf(failed) : undefined
  }

  /** A try has failed just now. */
  failed(rangeId: string, vm: string, cause: string, failure: VmFailure): VmWait {
    const key = keyOf(rangeId, vm)
    const before = this.#failed.get(key)?.value
    // Another trouble is not one more in the same row.
    if (before?.cause !== cause || before.failure.kind !== failure.kind) this.#failed.clear(key)
    return this.#waitOf(this.#failed.failed(key, POLICY[failure.kind], { cause, failure }, 0.5 + this.#random() / 2))
  }

  /** Nothing is wrong with the VM any more, or something else is. */
  forget(rangeId: string, vm: string): void {
    this.#failed.clear(keyOf(rangeId, vm))
  }

  /** All VMs of the range may be tried at once. */
  restart(rangeId: string): void {
    this.#failed.clear(rangeId)
  }

  #waitOf(failed: Failed<Known>): VmWait {
    const { kind, phase, error } = failed.value.failure
    const often = failed.failures === 1 ? '' : `; ${failed.failures} times in a row`
    const trouble = `${error}${often}; ${this.#when(failed)}`
    return {
      phase: kind === 'stalled' ? 'blocked' : phase,
      trouble,
      outcome: { kind, error: trouble, retryAt: failed.until },
    }
  }
}

const keyOf = (rangeId: string, vm: string): string => `${rangeId}/${vm}`

/** When it is tried again, in words. */
function whenOf({ value: { failure }, until }: Failed<Known>): string {
  const at = `tried again at ${new Date(until).toISOString().slice(0, 19)}Z`
  return failure.kind === 'stalled' ? `${at}, or at once when the range file changes` : at
}
