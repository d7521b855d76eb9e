import type { FeedChange } from '../../model/api/feed-change.ts'
import { readChange } from './read-change.ts'

/** How the connection to the controller stands. Times are of this machine's clock, in milliseconds. */
export type Link =
  | { readonly state: 'connecting' }
  /** @property lastHeard when it last said anything, be it that nothing has changed. @property ahead its clock is so far ahead of ours */
  | { readonly state: 'live'; readonly lastHeard: number; readonly ahead: number }
  /** @property since when it was last heard; undefined when never. @property why in one sentence */
  | { readonly state: 'lost'; readonly since: number | undefined; readonly why: string }
  /** It answers, and does not let us watch; a token may help. */
  | { readonly state: 'refused'; readonly why: string }

/** Who hears of what the stream says. */
export interface FeedListener {
  changes(changes: readonly FeedChange[]): void
  link(link: Link): void
}

/** The controller says something every 15 s; after three times that it is taken for gone. In milliseconds. */
export const SILENCE = 45_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 10_000

export interface FeedStream {
  /** For what may not be read without one; a connection that was refused is tried again with it. */
  useToken(token: string | undefined): void
  /** Tries now rather than when the pause is over. */
  hurry(): void
  close(): void
}

/**
 * Follows `GET /api/v1/watch` until it is closed: over restarts of the controller, where it goes on after the last id that it has
 * heard. Reads the stream itself rather than by an `EventSource`, which gives up at an answer like 502, can't send a token, and
 * does not tell of the comments by which one knows that the other side is alive.
 */
export function openFeed(listener: FeedListener): FeedStream {
  let lastId: string | undefined
  let lastHeard: number | undefined
  let token: string | undefined
  let pause = FIRST_PAUSE
  const closing = new AbortController()
  let current: AbortController | undefined
  let wake: () => void = () => undefined

  const attempt = async (): Promise<Link> => {
    const stop = new AbortController()
    current = stop
    let silence = setTimeout(() => stop.abort(), SILENCE)
    const heard = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => stop.abort(), SILENCE)
      lastHeard = Date.now()
    }
    try {
      const response = await fetch('/api/v1/watch', {
        headers: {
          Accept: 'text/event-stream',
          ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        cache: 'no-store',
        signal: stop.signal,
      })
      if (response.status === 401 || response.status === 403 || response.status === 421)
        return { state: 'refused', why: await sentenceOf(response) }
      if (!response.ok || response.body === null) return lost(await sentenceOf(response))
      pause = FIRST_PAUSE
      const told = Date.parse(response.headers.get('date') ?? '')
      heard()
      const ahead = Number.isNaN(told) ? 0 : told - Date.now()
      // Whoever does not say what it has is told everything.
      if (lastId === undefined) listener.changes([{ type: 'reset' }])
      const parse = eventParser()
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        listener.link({ state: 'live', lastHeard: lastHeard ?? Date.now(), ahead })
        const { done, value } = await reader.read()
        if (done) return lost('Lanista has ended the connection; it may be restarting')
        heard()
        const events = parse(value)
        if (events.length === 0) continue
        listener.changes(events.flatMap(({ data }) => readChange(data)))
        lastId = events.findLast(({ id }) => id !== undefined)?.id ?? lastId
      }
    } catch {
      return lost(stop.signal.aborted ? 'Lanista has said nothing for 45 s' : 'Lanista can not be reached')
    } finally {
      clearTimeout(silence)
      stop.abort()
    }
  }
  const lost = (why: string): Link => ({ state: 'lost', since: lastHeard, why })

  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const link = await attempt()
      if (closing.signal.aborted) return
      listener.link(link)
      const wait = link.state === 'refused' ? LONGEST_PAUSE * 3 : pause
      pause = Math.min(pause * 2, LONGEST_PAUSE)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  void follow()
  return {
    useToken: (next) => {
      if (next === token) return
      token = next
      wake()
    },
    hurry: () => wake(),
    close: () => {
      closing.abort()
      current?.abort()
      wake()
    },
  }
}

/** What a person is told of an answer that is none: its own words where it has some. */
async function sentenceOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '')
  return problemDetail(text) ?? `Lanista, or what is in front of it, answers ${response.status}`
}

/** The `detail` of a problem of RFC 9457; undefined where it is none. */
export function problemDetail(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('detail' in parsed)) return undefined
    return typeof parsed.detail === 'string' ? parsed.detail : undefined
  } catch {
    return undefined
  }
}

/** One message of a stream of events. */
interface StreamEvent {
  readonly id: string | undefined
  readonly data: string
}

/** Reads server-sent events piece by piece: what is not whole yet is kept for the next call. */
export function eventParser(): (piece: string) => readonly StreamEvent[] {
  // Pieces are put together when a line is whole, as a long one comes in many of them.
  let pieces: string[] = []
  let id: string | undefined
  let data: string[] = []
  return (piece) => {
    if (!piece.includes('\n')) {
      pieces.push(piece)
      return []
    }
    const lines = [...pieces, piece].join('').split('\n')
    pieces = [lines.pop() ?? '']
    const events: StreamEvent[] = []
    for (const each of lines) {
      const line = each.endsWith('\r') ? each.slice(0, -1) : each
      if (line === '') {
        if (data.length > 0) events.push({ id, data: data.join('\n') })
        data = []
        id = undefined
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      else if (line.startsWith('id:')) id = line.slice(line[3] === ' ' ? 4 : 3)
    }
    return events
  }
}
