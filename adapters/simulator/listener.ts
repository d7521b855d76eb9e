import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '../error-code.ts'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import { answerRequest, apiRoot, type RawAnswer } from './answer-request.ts'
import type { Certificate } from './certificate.ts'
import { matches, type WritableJournal } from './journal.ts'
import { parseForm, unescape } from './request-body.ts'
import type { Route } from './route.ts'
import type { Simulation } from './simulation.ts'
import type { RequestEffect } from './faults.ts'
import type { Workers } from './workers.ts'
import type { NodeState } from './world.ts'

/** One node's HTTPS port. While the node is off nobody listens there: connections are refused. */
export interface Listener {
  readonly port: number
  open(): Promise<void>
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly workers: Workers
  readonly sim: Simulation
  readonly routes: readonly Route[]
  readonly journal: WritableJournal
  readonly node: NodeState
  readonly certificate: Certificate
  readonly host: string
  /** 0: any free one, kept for as long as the simulator lives. */
  readonly port: number
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(request, 'end')
  return Buffer.concat(chunks).toString('utf8')
}

/** Header-safe: UTF-8 bytes one by one, as Proxmox sends them, and no control characters. */
const reasonPhrase = (reason: string): string =>
  Buffer.from(reason.replaceAll(/(?!\t)\p{Cc}/gu, ' '), 'utf8').toString('latin1')

/** @param date by the node's clock, in epoch milliseconds */
const send = (response: ServerResponse, answer: RawAnswer, cut: boolean, date: number): void => {
  const close = answer.status === 200 ? {} : { Connection: 'close' }
  const body = Buffer.from(answer.body ?? '', 'utf8')
  const type = answer.body === undefined ? {} : { 'Content-Type': 'application/json;charset=UTF-8' }
  response.writeHead(answer.status, reasonPhrase(answer.reason), {
    ...close,
    ...type,
    // As AnyEvent.pm of pve-http-server has it.
    Date: new Date(date).toUTCString(),
    'Content-Length': body.length,
  })
  if (!cut) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)))
  setImmediate(() => response.destroy())
}

type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'cut' | 'hang' }
  | { readonly kind: 'answer'; readonly answer: RawAnswer }

const scriptedAnswer = (status: number, message: string): RawAnswer => {
  const body = JSON.stringify({ data: null, message: `${message}\n` })
  return { status, reason: message.split('\n')[0] ?? '', body: status === 401 || status >= 590 ? undefined : body }
}

const carryOut = async (sim: Simulation, effects: readonly RequestEffect[]): Promise<Verdict> => {
  let verdict: Verdict = { kind: 'go' }
  for (const effect of effects) {
    switch (effect.kind) {
      case 'edit': {
        await effect.edit(sim.world)
        break
      }
      case 'delay': {
        await sim.clock.sleep(effect.by, sim.closed)
        break
      }
      case 'hang': {
        verdict = { kind: 'hang' }
        break
      }
      case 'reset': {
        verdict = { kind: 'cut' }
        break
      }
      case 'answer': {
        verdict = { kind: 'answer', answer: scriptedAnswer(effect.status, effect.message) }
        break
      }
    }
  }
  return verdict
}

const journalParams = (url: string, contentType: string | undefined, body: string): Record<string, unknown> => {
  const query = parseForm(url.split(/\?(.*)/s)[1] ?? '')
  if (contentType?.startsWith('application/json') !== true) return { ...query, ...parseForm(body) }
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? { ...query, ...json } : query
  } catch {
    return query
  }
}

const serve = async (options: ListenerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { sim, journal, node, routes } = options
  const body = await readBody(request)
  const method = request.method ?? 'GET'
  const url = request.url ?? '/'
  const path = unescape(url.split('?')[0] ?? '').replace(apiRoot, '')
  const params = journalParams(url, request.headers['content-type'], body)
  const user = /^PVEAPIToken[ =]([^=]*)=/.exec(request.headers.authorization ?? '')?.[1]
  const facts = { node: node.name, method, path, params, user }
  const number = journal.arrived({ ...facts, at: sim.clock.now() })
  const effects = (at: 'before' | 'after'): readonly RequestEffect[] =>
    sim.faults.strike('request', (fault) => fault.at === at && matches(fault.match, facts)).map((fault) => fault.effect)

  if (sim.durations.response > 0) await options.workers.take(() => sim.clock.sleep(sim.durations.response, sim.closed))
  const before = await carryOut(sim, effects('before'))
  const real =
    before.kind === 'go'
      ? await answerRequest(sim, routes, node, { method, url, headers: request.headers, body })
      : undefined
  const after = real === undefined ? before : await carryOut(sim, effects('after'))
  const answer = after.kind === 'answer' ? after.answer : real
  const seen = after.kind === 'go' || after.kind === 'answer' ? answer?.status : undefined
  journal.answered(number, { status: seen, ...(real?.user === undefined ? {} : { user: real.user }) })
  if (after.kind === 'hang') return
  if (answer === undefined) request.socket.destroy()
  else send(response, answer, after.kind === 'cut', sim.clock.now() + node.clockAheadMs)
}

const REOPENINGS = 100
const REOPENING_MS = 200

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** While it was closed, somebody's outgoing connection may have got the port, and has it for a while. */
const listenAgain = async (server: Server, host: string, port: number): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await listen(server, host, port)
      return
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE' || attempt >= REOPENINGS) throw error
      await sleep(REOPENING_MS)
    }
  }
}

/** Opens a node's port. */
export const createListener = async (options: ListenerOptions): Promise<Listener> => {
  const { certificate, host } = options
  const sockets = new Set<Socket>()
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    serve(options, request, response).catch(() => request.socket.destroy())
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.keepAliveTimeout = 65_000
  const port = await listen(server, host, options.port)
  return {
    port,
    open: async () => {
      if (!server.listening) await listenAgain(server, host, port)
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        if (server.listening) server.close(() => resolve())
        else resolve()
      }),
  }
}
