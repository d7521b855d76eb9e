import { CONFIRM_WITHIN_MS, type HostParts } from './host-parts.ts'
import { whyApiLost } from './reach-api.ts'

const LOOK_EVERY_MS = 500
/** How long the API is left alone between two questions whether it answers. */
const ASK_API_EVERY_MS = 3000

/** What a person's silence, or word, came to: it stays, or why it is put back. */
export type Word = { readonly kind: 'confirmed' } | { readonly kind: 'revert'; readonly why: string }

/**
 * Waits until a person confirms what was done, at most for the time that there is for it, and only as long as the API is
 * reached. A question to the API that gets no answer holds neither the confirmation nor the end of the time up.
 */
export async function awaitWord(parts: HostParts, signal: AbortSignal): Promise<Word> {
  const { clock, journal } = parts
  const end = new AbortController()
  const lost = watchApi(parts, end.signal)
  const until = clock.steady() + CONFIRM_WITHIN_MS
  try {
    for (;;) {
      const word = await journal.answered()
      if (word === 'confirm') return { kind: 'confirmed' }
      if (word === 'rollback') return { kind: 'revert', why: 'somebody asked for it' }
      if (lost.why !== undefined) return { kind: 'revert', why: lost.why }
      if (signal.aborted) return { kind: 'revert', why: 'this process was told to end' }
      if (clock.steady() >= until)
        return { kind: 'revert', why: `nobody confirmed it within ${CONFIRM_WITHIN_MS / 1000} s` }
      await clock.sleep(LOOK_EVERY_MS)
    }
  } finally {
    end.abort()
  }
}

/** Asks the API again and again until the signal aborts, beside all else. */
function watchApi(parts: HostParts, signal: AbortSignal): { readonly why: string | undefined } {
  const found: { why: string | undefined } = { why: undefined }
  const watch = async (): Promise<void> => {
    while (!signal.aborted && found.why === undefined) {
      found.why = await whyApiLost(parts)
      await parts.clock.sleep(ASK_API_EVERY_MS, signal).catch(() => undefined)
    }
  }
  watch().catch((error: unknown) => {
    found.why = error instanceof Error ? error.message : String(error)
  })
  return found
}
