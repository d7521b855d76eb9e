import { setTimeout as sleep } from 'node:timers/promises'
import { type FeedChange, feedChange } from '../../model/api/feed-change.ts'
import { UserError } from '../../model/user-error.ts'
import { type ApiAddress, open, refusal } from './api-request.ts'

/** So long a Lanista may be away, as while it is restarted. In milliseconds. */
const PATIENCE_MS = 60_000
const AGAIN_MS = 1000

/** The feed of changes, gone on with by itself when the connection breaks. Throws `UserError` when nobody answers for a minute. */
export async function* followFeed(address: ApiAddress, signal: AbortSignal): AsyncGenerator<FeedChange> {
  let lastId: string | undefined
  let failingSince: number | undefined
  for (;;) {
    try {
      const headers: Readonly<Record<string, string>> = lastId === undefined ? {} : { 'last-event-id': lastId }
      const answer = await open(address, { method: 'GET', path: '/api/v1/watch', headers }, signal)
      if (answer.statusCode !== 200) {
        answer.resume()
        throw refusal(address, answer.statusCode ?? 0, undefined)
      }
      if (!(answer.headers['content-type'] ?? '').startsWith('text/event-stream')) {
        answer.resume()
        throw new UserError(`${address.where}: it answers, and tells no changes; is it a Lanista, of this release?`)
      }
      // While all is quiet nothing but comments come: that it answers is enough.
      failingSince = undefined
      for await (const { id, data } of messagesIn(answer)) {
        lastId = id ?? lastId
        const change = feedChange.safeParse(data)
        // A kind of thing that only a later release knows.
        if (change.success) yield change.data
      }
      signal.throwIfAborted()
      if (lastId === undefined)
        throw new UserError(`${address.where}: it ended the connection before it told anything; ask again`)
    } catch (error) {
      signal.throwIfAborted()
      // The first time nobody may ever have been there.
      if (lastId === undefined) throw error
      failingSince ??= performance.now()
      if (performance.now() - failingSince >= PATIENCE_MS)
        throw error instanceof UserError ? error : new UserError(`${address.where}: the connection broke off`, error)
    }
    await sleep(AGAIN_MS, undefined, { signal })
  }
}

/** Messages of a stream of server-sent events, as JSON. */
async function* messagesIn(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly id: string | undefined; readonly data: unknown }> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true })
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n')
      rest = rest.slice(end + 2)
      const of = (name: string): readonly string[] =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''))
      const data = of('data')
      if (data.length > 0) yield { id: of('id')[0], data: parsed(data.join('\n')) }
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
