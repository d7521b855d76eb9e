import { create } from 'axios'
import type { Agent } from 'node:https'
import { encodeParams, type Request } from './calls.ts'
import type { Slots } from './slots.ts'
import { ConnectFailure } from './tls.ts'

/** One answer of an API host, whatever its status. */
export interface Answer {
  readonly status: number
  /** The reason phrase: where Proxmox puts the first line of an error. */
  readonly reason: string
  readonly body: string
  /** By the host's clock, in epoch milliseconds; a whole second, rounded down. Undefined where it did not tell. */
  readonly date?: number | undefined
}

/**
 * The request was sent, or may have been, and no whole answer came. `cause` is never kept: an AxiosError carries the
 * Authorization header, and a socket the bytes that were written.
 */
export class BrokenExchange extends Error {
  readonly timedOut: boolean

  constructor(message: string, timedOut: boolean) {
    super(message)
    this.name = 'BrokenExchange'
    this.timedOut = timedOut
  }
}

/** A connection to one API host. */
export interface HttpHost {
  /** `https://pve1:8006` */
  readonly url: string
  readonly agent: Agent
  readonly slots: Slots
}

const client = create({
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  maxContentLength: 64 * 1024 * 1024,
  responseType: 'text',
  transformRequest: [(body: unknown) => body],
  transformResponse: [(body: unknown) => body],
  validateStatus: () => true,
})

const failureOf = (error: unknown, timedOut: boolean, timeout: number): ConnectFailure | BrokenExchange => {
  if (timedOut) return new BrokenExchange(`no answer within ${timeout / 1000} s`, true)
  if (!(error instanceof Error)) return new BrokenExchange('the request failed', false)
  if (error.cause instanceof ConnectFailure) return error.cause
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return new BrokenExchange(`${error.message}${code}`, false)
}

/**
 * Sends one request to one host, once.
 *
 * The timeout is real time, not the injected clock's: it bounds a socket, and sockets live in real time.
 *
 * @param authorization the whole header, secret included; it goes nowhere but into the request
 * @param timeout milliseconds from now to the end of the answer
 * @throws ConnectFailure when the request was provably never sent; BrokenExchange when it may have been;
 *   the signal's reason when aborted
 */
export const exchange = async (
  host: HttpHost,
  request: Request,
  authorization: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Answer> => {
  signal.throwIfAborted()
  const stop = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    stop.abort()
  }, timeout)
  const onAbort = (): void => stop.abort()
  signal.addEventListener('abort', onAbort, { once: true })
  const params = encodeParams(request.params)
  // A DELETE with a body is answered 501.
  const inQuery = request.method === 'GET' || request.method === 'DELETE'
  try {
    const response = await client.request<string>({
      url: `${host.url}/api2/json${request.path}${inQuery && params !== '' ? `?${params}` : ''}`,
      method: request.method,
      headers: {
        Authorization: authorization,
        Accept: 'application/json',
        ...(inQuery ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      ...(inQuery ? {} : { data: params }),
      httpsAgent: host.agent,
      signal: stop.signal,
    })
    const date = Date.parse(String(response.headers['date']))
    return {
      status: response.status,
      reason: response.statusText,
      body: response.data,
      date: Number.isNaN(date) ? undefined : date,
    }
  } catch (error) {
    signal.throwIfAborted()
    throw failureOf(error, timedOut, timeout)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
