import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Page, readPage } from '../../adapters/http/page-files.ts'
import type { AnyView, FeedChange } from '../../model/api/feed-change.ts'
import { feedNameOf } from '../../model/api/feed-name.ts'

/** A controller as far as the page sees one: it serves the page, tells of views that the test makes, and hears what is asked of it. */
export interface PageServer {
  readonly url: string
  readonly page: Page
  /** Connections to the feed that are open now, and all there ever were. */
  readonly watching: { readonly now: number; readonly ever: number }
  /** `Last-Event-ID` of each connection, in order; undefined where it had none. */
  readonly resumedFrom: readonly (string | undefined)[]
  /** What was asked, with the token it came with. */
  readonly steered: readonly { readonly body: unknown; readonly authorization: string | undefined }[]
  /** Paths that browsers asked for and did not find. */
  readonly missed: readonly string[]
  tell(...views: readonly AnyView[]): void
  untell(kind: AnyView['kind'], name: string): void
  /** Sends a message of the feed as it stands, sense or none. */
  tellRaw(...data: readonly string[]): void
  /** Ends what is connected; the browser may come back at once. */
  drop(): Promise<void>
  /** Lets only those watch who have this token. */
  lock(token: string): void
  /** Ends what is connected and refuses more, until it begins another life. */
  stop(): Promise<void>
  /** @param views all that the next life knows; it does not know the ids of this one */
  start(views: readonly AnyView[], instance: string): Promise<void>
  close(): Promise<void>
}

/** The token that may write, and what one gets that may only read. */
export const WRITER = 'writer-secret'
export const READER = 'reader-secret'

const keyOf = (view: AnyView): string => `${view.kind}/${feedNameOf(view)}`

export async function openPageServer(first: readonly AnyView[]): Promise<PageServer> {
  const page = readPage()
  if (page === undefined) throw new Error('the page was not built')
  let known = new Map(first.map((view) => [keyOf(view), view]))
  let instance = 'a'
  let sequence = 0
  let log: { readonly seq: number; readonly change: FeedChange }[] = []
  const open = new Set<ServerResponse>()
  const resumedFrom: (string | undefined)[] = []
  const steered: { body: unknown; authorization: string | undefined }[] = []
  const missed: string[] = []
  let isStopped = false
  let needed: string | undefined

  const message = (change: FeedChange): string => `id: ${instance}-${sequence}\ndata: ${JSON.stringify(change)}\n\n`
  const send = (change: FeedChange): void => {
    sequence += 1
    log.push({ seq: sequence, change })
    for (const response of open) response.write(message(change))
  }
  const refuse = (response: ServerResponse, status: number, detail: string): void => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' })
    response.end(JSON.stringify({ type: 'about:blank', title: 'refused', status, detail }))
  }
  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    if (needed !== undefined && request.headers.authorization !== `Bearer ${needed}`)
      return refuse(response, 401, 'token: is needed to look; enter one that may read')
    const from = request.headers['last-event-id']
    const lastId = typeof from === 'string' ? from : undefined
    resumedFrom.push(lastId)
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    const [life, seq] = lastId?.split('-') ?? []
    if (life === instance)
      for (const each of log.filter((entry) => entry.seq > Number(seq)))
        response.write(`id: ${instance}-${each.seq}\ndata: ${JSON.stringify(each.change)}\n\n`)
    else {
      if (lastId !== undefined) response.write(message({ type: 'reset' }))
      for (const view of known.values()) response.write(message({ type: 'is', view }))
      response.write(message({ type: 'synced' }))
    }
    open.add(response)
    response.once('close', () => open.delete(response))
  }
  const steer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization } = request.headers
    const body: unknown = JSON.parse(await text(request))
    if (authorization === `Bearer ${READER}`)
      return refuse(response, 403, 'token of grace: may read alone; use one that may write')
    if (authorization !== `Bearer ${WRITER}`)
      return refuse(response, 401, 'token: is not known; ask the operator for one')
    steered.push({ body, authorization })
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ done: true, message: 'Lanista does so, in the name of ada' }))
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://page')
    if (url.pathname === '/api/v1/watch') return watch(request, response)
    if (url.pathname === '/api/v1/steer') return steer(request, response)
    const headers = new Headers({ 'accept-encoding': request.headers['accept-encoding'] ?? '' })
    const found = page.answer(new Request(url, { headers }))
    if (found === undefined) missed.push(url.pathname)
    response.writeHead(found?.status ?? 404, Object.fromEntries(found?.headers ?? []))
    response.end(found === undefined ? '' : new Uint8Array(await found.arrayBuffer()))
  }
  const server = createServer((request, response) => {
    if (isStopped) request.socket.destroy()
    else void answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/`,
    page,
    get watching() {
      return { now: open.size, ever: resumedFrom.length }
    },
    resumedFrom,
    steered,
    missed,
    tell: (...views) => {
      for (const view of views) {
        known.set(keyOf(view), view)
        send({ type: 'is', view })
      }
    },
    untell: (kind, name) => {
      known.delete(`${kind}/${name}`)
      send({ type: 'gone', kind, name })
    },
    tellRaw: (...data) => {
      for (const each of data) {
        sequence += 1
        for (const response of open) response.write(`id: ${instance}-${sequence}\ndata: ${each}\n\n`)
      }
    },
    drop: () => {
      server.closeAllConnections()
      return Promise.resolve()
    },
    lock: (token) => {
      needed = token
    },
    stop: () => {
      isStopped = true
      server.closeAllConnections()
      return Promise.resolve()
    },
    start: (views, next) => {
      known = new Map(views.map((view) => [keyOf(view), view]))
      instance = next
      sequence = 0
      log = []
      isStopped = false
      return Promise.resolve()
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
