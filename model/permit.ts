/** What justified a write does not hold any more, so it was not sent. Nothing has failed: what is wanted now is another thing. */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn'
  readonly why: 'removal' | 'change'

  /** @param why `removal`: the range is to go */
  constructor(message: string, why: 'removal' | 'change' = 'change') {
    super(message)
    this.why = why
  }
}

/** What a write is about is not as it was when the write was decided on, so it was not sent. A look tells what is to be done now. */
export class Outdated extends Error {
  override readonly name = 'Outdated'
}

/**
 * What a write depends on until it is sent. Between deciding and sending it may wait long: for its turn on a storage, for a
 * lock, for a host that answers again.
 */
export interface Permit {
  /** Ends everything, the wait for an answer included: Lanista stops. */
  readonly signal: AbortSignal
  /** Aborts when the write is not wanted any more: one that waits for its turn gives it up. What was sent is seen to its end. */
  readonly withdrawn: AbortSignal
  /** Asked right before each time the write is sent. Throws `Withdrawn` or `Outdated` when what justified it does not hold any more. */
  check(): Promise<void>
}

/** For a write that nothing but the end of Lanista takes back. */
export const always = (signal: AbortSignal): Permit => ({ signal, withdrawn: NEVER, check: () => Promise.resolve() })

const NEVER = new AbortController().signal

/** The same on one more condition, which is asked for first, as it may take a while. */
export const provided = (condition: () => Promise<void>, permit: Permit): Permit => ({
  ...permit,
  check: async () => {
    await condition()
    await permit.check()
  },
})

/** The same, but that the range is to go does not take it back. */
export const despiteRemoval = (permit: Permit): Permit => ({
  signal: permit.signal,
  withdrawn: withoutRemoval(permit.withdrawn),
  check: () =>
    permit.check().catch((error: unknown) => {
      if (!isRemoval(error)) throw error
    }),
})

/** Aborts with another signal, unless that aborts as the range is to go. One for each, however many steps ask for it. */
function withoutRemoval(withdrawn: AbortSignal): AbortSignal {
  const known = DERIVED.get(withdrawn)
  if (known !== undefined) return known
  const otherwise = new AbortController()
  const onWithdrawn = (): void => {
    if (!isRemoval(withdrawn.reason)) otherwise.abort(withdrawn.reason)
  }
  if (withdrawn.aborted) onWithdrawn()
  else withdrawn.addEventListener('abort', onWithdrawn, { once: true })
  DERIVED.set(withdrawn, otherwise.signal)
  return otherwise.signal
}

const DERIVED = new WeakMap<AbortSignal, AbortSignal>()

const isRemoval = (reason: unknown): boolean => reason instanceof Withdrawn && reason.why === 'removal'
