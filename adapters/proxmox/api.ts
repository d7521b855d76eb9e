import { setMaxListeners } from 'node:events'
import type { z } from 'zod'
import type { Clock } from '../../model/clock.ts'
import type { Permit } from '../../model/permit.ts'
import { ProxmoxError, isProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import {
  isWrite,
  requestFor,
  type Call,
  type Params,
  type PathOf,
  type ReadCall,
  type Request,
  type WriteCall,
} from './calls.ts'
import {
  errorOf,
  Forbidden,
  foreignError,
  lostAnswerError,
  LockTimeout,
  NoWorker,
  unsentError,
  whatElsewhere,
  Untrusted,
  type Caller,
} from './errors.ts'
import { type AskRights, createRefusalExplainer } from './explain-refusal.ts'
import type { Refusal } from './forbidden.ts'
import type { Hosts } from './hosts.ts'
import { BrokenExchange, exchange, type Answer, type HttpHost } from './http.ts'
import { parseReply, type Part, redactorOf } from './replies.ts'
import { RESEND } from './resend.ts'
import { retrying, type Backoff } from './retry.ts'
import { createSilent } from './silent.ts'
import { ConnectFailure } from './tls.ts'

/** How one request ended, for metrics. */
export interface RequestSeen {
  readonly call: Call
  /** The same with its names, such as `GET /nodes/pve1/qemu`. No secret, and no parameter. */
  readonly title: string
  readonly outcome: 'ok' | 'aborted' | ProxmoxErrorKind
  readonly seconds: number
}

/** Milliseconds of real time. */
export interface Timeouts {
  /** TCP connection and TLS handshake together. */
  readonly connect: number
  /** The whole of a read. */
  readonly read: number
  /** The whole of a read that is worth no longer wait. */
  readonly peek: number
  /** The whole of a write. Proxmox itself gives up after 30 s (596), so it should be longer than that. */
  readonly write: number
}

export interface ApiDeps {
  readonly hosts: Hosts<HttpHost>
  /** The header that carries the secret. */
  readonly authorization: string
  readonly caller: Caller
  readonly timeouts: Timeouts
  readonly clock: Clock
  readonly random: () => number
  readonly onRequest: (seen: RequestSeen) => void
  /** Told of each answer, with the host that gave it. */
  readonly onAnswer: (host: HttpHost, answer: Answer) => void
  /** Told of each call that is sent once more. */
  readonly onRetry: (call: Call) => void
}

/** Calls Proxmox; every failure is a `ProxmoxError`, except that an abort throws the signal's reason. */
export interface Api {
  /** Retried when the network or a host fails, on another host where there is one. */
  read<C extends ReadCall, T>(
    call: C,
    names: PathOf<C>,
    params: Params,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T>
  /**
   * A read that is worth a moment and no more: asked once, and let go of after `timeouts.peek`. The schema is of the
   * whole reply, as some have more than `data`.
   */
  peek<C extends ReadCall, T>(
    call: C,
    names: PathOf<C>,
    params: Params,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T>
  /** How what is refused is given without taking anything away: the end of a sentence about what is missing. */
  explain(refusal: Refusal, signal: AbortSignal): Promise<string>
  /**
   * Sent again only when the request provably never arrived, or after the refusals that `RESEND` names for the call.
   * A write that may have arrived ends as `timeout-unknown-outcome`. Its permit is asked each time, right before it is sent.
   */
  write<C extends WriteCall, T>(
    call: C,
    names: PathOf<C>,
    params: Params,
    schema: z.ZodType<T>,
    permit: Sending,
  ): Promise<T>
}

/** What holds while a request is sent. */
type Sending = Pick<Permit, 'signal' | 'check'>

/** Nothing has to be asked before a read. */
const freely = (signal: AbortSignal): Sending => ({ signal, check: () => Promise.resolve() })

const NETWORK: Backoff = { first: 300, longest: 5000, attempts: 6 }
/** Proxmox itself waits 1 to 10 s for a lock before it tells, so this is minutes in all. */
const LOCK: Backoff = { first: 500, longest: 10_000, attempts: 12 }

/** Builds the caller from what it needs; nothing is sent yet. */
export const createApi = (deps: ApiDeps): Api => {
  const { hosts, authorization, caller, timeouts, clock, random } = deps
  const redact = redactorOf(authorization)
  const silent = createSilent(clock)

  /** One request, on the first host that takes it. Whatever it is sent on, it is asked right before. */
  const once = async (request: Request, { signal, check }: Sending): Promise<Answer> => {
    const timeout = request.method === 'GET' ? timeouts.read : timeouts.write
    let last: Error | undefined
    let refused: Answer | undefined
    for (const host of hosts.candidates()) {
      const end = await turnAt(host, request, { signal, check })
      try {
        const answer = await exchange(host, request, authorization, timeout, signal)
        deps.onAnswer(host, answer)
        const elsewhere = whatElsewhere(request, answer)
        if (elsewhere === 'nothing') {
          hosts.worked(host)
          return answer
        }
        hosts.passOver(host)
        refused = answer
        if (elsewhere === 'later requests') return answer
      } catch (error) {
        if (!(error instanceof ConnectFailure) && !(error instanceof BrokenExchange))
          throw foreignError(request, error, signal)
        hosts.failed(host, error.message)
        if (error instanceof BrokenExchange && request.method !== 'GET') throw lostAnswerError(request, host.url, error)
        last = error
      } finally {
        end()
      }
    }
    if (refused !== undefined) return refused
    throw unsentError(request, hosts.complaint(), last)
  }

  /** Asks, and has the request sent with nothing in between: a write that has to wait for its turn asks once more. */
  const turnAt = async ({ slots }: HttpHost, request: Request, { signal, check }: Sending): Promise<() => void> => {
    await check()
    signal.throwIfAborted()
    const end = slots.now(request.node)
    if (end !== undefined) return end
    const turn = await slots.take(request.node, signal).catch((error: unknown) => {
      throw foreignError(request, error, signal)
    })
    if (request.method === 'GET') return turn
    // What is asked may need turns itself, so none is kept meanwhile; waiting for another would never end where reads come without end.
    turn()
    await check()
    signal.throwIfAborted()
    return slots.anyway(request.node)
  }

  const attempt = async <T>(request: Request, schema: z.ZodType<T>, part: Part, sending: Sending): Promise<T> => {
    const startedAt = clock.now()
    let outcome: RequestSeen['outcome'] = 'aborted'
    try {
      const answer = redact(await once(request, sending))
      if (answer.status !== 200) throw errorOf(request, answer, caller)
      const data = parseReply(request, answer, schema, part)
      outcome = 'ok'
      return data
    } catch (error) {
      if (error instanceof ProxmoxError) outcome = error.kind
      throw error
    } finally {
      deps.onRequest({ call: request.call, title: request.title, outcome, seconds: (clock.now() - startedAt) / 1000 })
    }
  }

  const explainer = createRefusalExplainer(caller, clock)
  const explain: Api['explain'] = (refusal, signal) => {
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeouts.peek)])
    setMaxListeners(0, either)
    const ask: AskRights = async (name, names, params, schema) => {
      try {
        return await attempt(requestFor(name, names, params), schema, 'data', freely(either))
      } catch {
        signal.throwIfAborted()
        return undefined
      }
    }
    return explainer(refusal, ask)
  }
  /** As `attempt`, and says of a right that is missing how it is given. */
  const attemptOrSay: typeof attempt = async (request, schema, part, sending) => {
    try {
      return await attempt(request, schema, part, sending)
    } catch (error) {
      if (!(error instanceof Forbidden) || error.refusal === undefined) throw error
      const remedy = await explain(error.refusal, sending.signal)
      throw new Forbidden(request.title, `${error.message}; ${remedy}`, error.refusal)
    }
  }

  const backoffFor = ({ call: name }: Request, error: unknown): Backoff | undefined => {
    if (error instanceof LockTimeout) return !isWrite(name) || RESEND[name].afterLockTimeout ? LOCK : undefined
    if (error instanceof NoWorker) return isWrite(name) && RESEND[name].afterNoWorker ? NETWORK : undefined
    // For a write, `transport` means that it provably never arrived.
    return isProxmoxError(error, 'transport') && !(error instanceof Untrusted) ? NETWORK : undefined
  }
  const call = <T>(request: Request, schema: z.ZodType<T>, sending: Sending): Promise<T> => {
    const { signal } = sending
    // One signal stops many requests: more than ten listeners are no leak, so Node shall not warn.
    setMaxListeners(0, signal)
    const again = (error: unknown): Backoff | undefined => backoffFor(request, error)
    const onRetry = (): void => deps.onRetry(request.call)
    return retrying(() => attemptOrSay(request, schema, 'data', sending), again, { clock, random, signal, onRetry })
  }

  return {
    explain,
    read: (name, names, params, schema, signal) => call(requestFor(name, names, params), schema, freely(signal)),
    peek: (name, names, params, schema, signal) => {
      const late = AbortSignal.timeout(timeouts.peek)
      const either = AbortSignal.any([signal, late])
      setMaxListeners(0, either)
      const request = requestFor(name, names, params)
      const ask = () => attemptOrSay(request, schema, 'whole', freely(either))
      return silent.wait(request.title, ask, () => late.aborted, signal)
    },
    write: (name, names, params, schema, permit) => call(requestFor(name, names, params), schema, permit),
  }
}
