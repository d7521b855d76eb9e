import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { GrowingDelay } from '../pace/growing-delay.ts'

/** What may pass is tried again soon, what only a change helps against at a pace that nobody minds. */
const DELAY_MS = {
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
  readonly delay: GrowingDelay
}

/**
 * Which VMs are left alone for now because what was tried last failed: longer after each failure in a row, and each by
 * itself. A cause that has changed ends the wait. Remembers in memory only; after a restart everything is tried once.
 */
export class VmBackoff {
  readonly #clock: Pick<Clock, 'now'>
  readonly #random: () => number
  /** By range, then by VM. */
  readonly #known = new Map<string, Map<string, Known>>()

  /** @param random 0..1, to spread tries */
  constructor(clock: Pick<Clock, 'now'>, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /**
   * Why and until when the VM is left alone; undefined when it may be tried.
   *
   * @param cause all that a try depends on, as one text
   */
  waits(rangeId: string, vm: string, cause: string): VmWait | undefined {
    const known = this.#known.get(rangeId)?.get(vm)
    if (known === undefined || known.cause !== cause) return undefined
    return known.delay.left(this.#clock.now()) > 0 ? waitOf(known) : undefined
  }

  /** A try has failed just now. */
  failed(rangeId: string, vm: string, cause: string, failure: VmFailure): VmWait {
    const vms = this.#known.get(rangeId) ?? new Map<string, Known>()
    const before = vms.get(vm)
    const { first, most } = DELAY_MS[failure.kind]
    const again = before?.cause === cause && before.failure.kind === failure.kind
    const delay = again ? before.delay : new GrowingDelay(first, most)
    delay.failed(this.#clock.now(), 0.5 + this.#random() / 2)
    const known = { cause, failure, delay }
    this.#known.set(rangeId, vms.set(vm, known))
    return waitOf(known)
  }

  /** Nothing is wrong with the VM any more, or something else is. */
  forget(rangeId: string, vm: string): void {
    this.#known.get(rangeId)?.delete(vm)
  }

  /** All VMs of the range may be tried at once. */
  restart(rangeId: string): void {
    this.#known.delete(rangeId)
  }
}

function waitOf({ failure: { kind, phase, error }, delay }: Known): VmWait {
  const at = `${new Date(delay.until).toISOString().slice(0, 19)}Z`
  const often = delay.failures === 1 ? '' : `; ${delay.failures} times in a row`
  const when =
    kind === 'stalled' ? `tried again at ${at}, or at once when the range file changes` : `tried again at ${at}`
  const trouble = `${error}${often}; ${when}`
  return {
    phase: kind === 'stalled' ? 'blocked' : phase,
    trouble,
    outcome: { kind, error: trouble, dueAt: delay.until },
  }
}
