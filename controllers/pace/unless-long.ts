import type { Clock } from '../../model/clock.ts'

/** Resolves when the work has ended, however, or after so many milliseconds, or when the signal aborts. Never rejects. */
export async function unlessLong(
  work: Promise<unknown>,
  milliseconds: number,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const ended = work.catch(() => undefined)
  const long = clock.sleep(milliseconds, AbortSignal.any([signal, over.signal])).catch(() => undefined)
  await Promise.race([ended, long])
  over.abort()
}
