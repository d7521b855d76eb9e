import type { Clock } from '../../model/clock.ts'

/**
 * Waiting between attempts, on a clock and with randomness given as arguments. cockatiel was looked at first: its
 * timers, `Date.now` and `Math.random` are built in, so nothing of it could be tested on a virtual clock.
 */
export interface Backoff {
  /** The first wait in milliseconds; each further one is twice as long. */
  readonly first: number
  readonly longest: number
  /** How often it is tried in all. */
  readonly attempts: number
}

/** Milliseconds to wait after the given attempt (1, 2, ...): between half and the whole of the doubled step. */
export const waitAfter = (attempt: number, backoff: Backoff, random: () => number): number => {
  const step = Math.min(backoff.longest, backoff.first * 2 ** (attempt - 1))
  return step / 2 + (step / 2) * random()
}

/** What retrying needs of the outside. */
export interface RetryContext {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  /** Called before each further attempt. */
  readonly onRetry?: () => void
}

/**
 * Runs `work` until it succeeds, and throws its last error when `backoffFor` gives none for it or the attempts are used
 * up. Attempts are counted per backoff, so a lock that is waited for doesn't use up the patience with the network.
 */
export const retrying = async <T>(
  work: () => Promise<T>,
  backoffFor: (error: unknown) => Backoff | undefined,
  { clock, random, signal, onRetry }: RetryContext,
): Promise<T> => {
  const attempts = new Map<Backoff, number>()
  for (;;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      const backoff = backoffFor(error)
      if (!backoff) throw error
      const attempt = (attempts.get(backoff) ?? 0) + 1
      if (attempt >= backoff.attempts) throw error
      attempts.set(backoff, attempt)
      await clock.sleep(waitAfter(attempt, backoff, random), signal)
      onRetry?.()
    }
  }
}
