import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { NotifyRequest } from '../../model/notify/form.ts'
import { readAddress } from '../../model/notify/notify-address.ts'
import type { Delivery, Notifier } from '../../model/ports.ts'
import { errorCode } from '../error-code.ts'
import { hostOf, isInside, PRIVATE_ADDRESS, publicLookup } from './public-only.ts'

export interface NotifierOptions {
  /** Certificates to trust, in PEM, in place of the system's. */
  readonly ca?: string
  /** How long an answer is waited for. */
  readonly timeoutMs?: number
  /** `lanista.notify.private_hosts`: hosts of the inside to which range files may have something sent. */
  readonly privateHosts?: readonly string[]
}

/** A service answers in less than a second, or has trouble. */
const TIMEOUT_MS = 10_000

/** Sends over HTTPS, one connection each. Redirects are not followed, and answers are not read. */
export const httpsNotifier = ({ ca, timeoutMs = TIMEOUT_MS, privateHosts = [] }: NotifierOptions = {}): Notifier => ({
  send: async (address, notification, signal, options) => {
    const read = readAddress(address)
    if (read.kind === 'unusable') return { kind: 'refused', why: read.finding }
    const enough = AbortSignal.timeout(timeoutMs)
    try {
      const request = read.requestFor(notification)
      const anywhere = options?.anywhere === true || privateHosts.includes(hostOf(request.url))
      // No name has to be looked up for a number.
      if (!anywhere && isIP(hostOf(request.url)) !== 0 && isInside(hostOf(request.url))) return INSIDE
      return await post(request, ca, anywhere ? undefined : publicLookup(), AbortSignal.any([signal, enough]))
    } catch (error) {
      if (errorCode(error) === PRIVATE_ADDRESS) return INSIDE
      const why = enough.aborted ? `no answer within ${timeoutMs / 1000} s` : causeOf(error)
      return { kind: 'failed', why, waitMs: undefined }
    }
  },
})

/** Whoever writes range files could otherwise have services of the inside told things that only Lanista can reach. */
const INSIDE: Delivery = {
  kind: 'refused',
  why: 'its host is on this machine or in a private network, where range files may send nothing; the operator can allow it in lanista.notify.private_hosts',
}

function post(
  { url, method, headers, body }: NotifyRequest,
  ca: string | undefined,
  lookup: LookupFunction | undefined,
  signal: AbortSignal,
): Promise<Delivery> {
  return new Promise((resolve, reject) => {
    const { request: open } = url.protocol === 'https:' ? https : http
    const length = { 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'lanista' }
    const options = { method, headers: { ...headers, ...length }, agent: false, signal, ...(lookup && { lookup }) }
    const request = open(url, ca === undefined ? options : { ...options, ca }, (response) => {
      resolve(deliveryOf(response.statusCode ?? 0, response.headers['retry-after']))
      response.destroy()
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Too early, too much, or trouble on the other side: worth another try. */
const isPassing = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500

function deliveryOf(status: number, retryAfter: string | undefined): Delivery {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status >= 300 && status < 400)
    return { kind: 'refused', why: `it answers with a redirect (HTTP ${status}), which is not followed` }
  const why = `it answers with HTTP ${status}`
  if (!isPassing(status)) return { kind: 'refused', why }
  const seconds = /^[0-9]{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
  return { kind: 'failed', why, waitMs: seconds === undefined ? undefined : seconds * 1000 }
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host is not known',
  EAI_AGAIN: 'its host could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EHOSTUNREACH: 'its host can not be reached',
  ENETUNREACH: 'its host can not be reached',
}

/** By the code alone: Node's messages repeat hosts and more. */
function causeOf(error: unknown): string {
  const code = errorCode(error) ?? ''
  return (
    MEANINGS[code] ?? (/^[A-Z0-9_]{1,60}$/.test(code) ? `the connection failed (${code})` : 'the connection failed')
  )
}
