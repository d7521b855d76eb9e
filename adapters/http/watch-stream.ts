import type { FeedReader } from '../../model/api/api-provider.ts'

/** A line that says nothing is sent so often, so that both ends learn when the other is gone. In milliseconds. */
const HEARTBEAT_MS = 15_000

export const WATCH_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
} as const

/**
 * The feed as server-sent events: each message is one change as JSON, and has the id that a browser resumes with. Nothing is made before
 * the reader takes it, so that one that is slow, or has gone to sleep, costs no memory.
 */
export function watchStream(reader: FeedReader, ended: AbortSignal): Response {
  const over = new AbortController()
  const signal = AbortSignal.any([ended, over.signal])
  const encoder = new TextEncoder()
  let pending: ReturnType<FeedReader['next']> | undefined
  const close = (): void => {
    ended.removeEventListener('abort', close)
    over.abort(new Error('the reader has gone'))
    reader.close()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode('retry: 2000\n\n')),
      pull: async (controller) => {
        try {
          pending ??= reader.next(signal)
          const messages = await orHeartbeat(pending)
          if (messages === undefined) return controller.enqueue(encoder.encode(': \n\n'))
          pending = undefined
          const text = messages.map(({ id, change }) => `id: ${id}\ndata: ${JSON.stringify(change)}\n\n`).join('')
          controller.enqueue(encoder.encode(text))
        } catch (error) {
          if (!signal.aborted) throw error
          controller.close()
        }
      },
      cancel: close,
    },
    { highWaterMark: 1 },
  )
  ended.addEventListener('abort', close, { once: true })
  return new Response(body, { headers: WATCH_HEADERS })
}

/** Undefined when it has taken too long; it goes on meanwhile. */
async function orHeartbeat<T>(next: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), HEARTBEAT_MS)
    timer.unref()
  })
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}
