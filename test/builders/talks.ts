import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type Socket } from 'node:net'
import type { SinonSandbox } from 'sinon'

/** Says which request one is to the server that gets it. */
const NUMBER = 'x-number-in-this-process'

/** What servers of this process and their clients have to say to each other. */
export interface Talks {
  /** Whether a request is on its way to a server or back, or somebody talks over a Unix socket. */
  underWay(): boolean
  stop(): void
}

/** Follows the requests that are sent from now on. The sandbox gives back what it replaces. */
export function watchTalks(sandbox: SinonSandbox): Talks {
  const asked = new Map<string, ClientRequest>()
  /** Numbers of those that a server has wholly read and not answered yet. */
  const atServer = new Set<string>()
  const open = new Set<Socket>()
  let last = 0
  const follow = (request: ClientRequest): ClientRequest => {
    const number = String((last += 1))
    request.setHeader(NUMBER, number)
    asked.set(number, request)
    return request.once('close', () => asked.delete(number))
  }
  for (const library of [http, https])
    sandbox.replace(
      library,
      'request',
      new Proxy(library.request, { apply: (...call) => follow(Reflect.apply(...call)) }),
    )
  sandbox.replace(
    net,
    'connect',
    new Proxy(net.connect, {
      apply: (connect, self, args) => {
        const socket: Socket = Reflect.apply(connect, self, args)
        if (typeof args[0] === 'string') socket.once('close', () => open.delete(socket)) && open.add(socket)
        return socket
      },
    }),
  )
  const arrived = (message: unknown): void => {
    if (!isArrival(message)) return
    const number = String(message.request.headers[NUMBER])
    message.request.once('end', () => atServer.add(number))
    for (const event of ['finish', 'close']) message.response.once(event, () => atServer.delete(number))
  }
  subscribe('http.server.request.start', arrived)
  const isUnderWay = ([number, request]: readonly [string, ClientRequest]): boolean =>
    !atServer.has(number) && !isQueued(request)
  return {
    underWay: () => open.size > 0 || [...asked].some(isUnderWay),
    stop: () => unsubscribe('http.server.request.start', arrived),
  }
}

interface Arrival {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}
const isArrival = (message: unknown): message is Arrival =>
  typeof message === 'object' && message !== null && 'request' in message && 'response' in message

/** Whether it waits for another one to end, as there are connections enough. */
function isQueued(request: ClientRequest): boolean {
  const agent: unknown = Reflect.get(request, 'agent')
  if (request.socket !== null || !(agent instanceof http.Agent)) return false
  return Object.values(agent.requests).some((queue) => queue?.some((each: unknown) => each === request))
}
