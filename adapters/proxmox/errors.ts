import { ProxmoxError, type ProxmoxErrorKind } from '../../model/proxmox-error.ts'
import { isWrite, type Request } from './calls.ts'
import { forbiddenMessage, type Refusal, refusalOf } from './forbidden.ts'
import type { Answer } from './http.ts'
import { RESEND } from './resend.ts'
import { parseErrorBody } from './schemas.ts'
import { ConnectFailure } from './tls.ts'
import { kindOfText } from './wordings.ts'

/**
 * A Proxmox lock could not be had in time, so nothing was done and doing it again is safe: kind `locked`, but told
 * apart from locks that somebody holds on purpose (`VM is locked (backup)`, the SDN lock), for which waiting a few
 * seconds is no use.
 */
export class LockTimeout extends ProxmoxError {
  constructor(call: string, message: string) {
    super('locked', call, message)
  }
}

/** Proxmox could not start a worker, so the call's task did nothing: kind `transport`, as if it had never arrived. */
export class NoWorker extends ProxmoxError {
  constructor(call: string, message: string) {
    super('transport', call, message)
  }
}

/** This Proxmox doesn't know the call (501): an older release, or a part that isn't installed. */
export class UnknownCall extends ProxmoxError {
  constructor(call: string, message: string) {
    super('unexpected-reply', call, message)
  }
}

/** Who is asking: named in messages so that a person can grant what is missing. Never the secret. */
export interface Caller {
  /** `user@realm!name` */
  readonly tokenId: string
}

/** Every line Proxmox gave, `errors` of single parameters included, as one. */
const detailOf = (answer: Answer): string => {
  const body = parseErrorBody(answer.body)
  const lines = (body.message ?? '').split('\n').map((line) => line.trim())
  const fields = Object.entries(body.errors ?? {}).map(
    ([name, text]) => `${name}: ${text.trim().replaceAll('\n', ', ')}`,
  )
  const all = [...lines, ...fields].filter((line) => line !== '')
  return all.length === 0 ? answer.reason : all.join('; ')
}

const textOf = (answer: Answer): string => parseErrorBody(answer.body).message ?? answer.reason

/** What an answer means; two kinds of refusal, after which nothing was done, have classes of their own. */
type AnswerKind = ProxmoxErrorKind | 'lock-timeout' | 'no-worker'

const kindOfAnswer = (request: Request, answer: Answer): AnswerKind => {
  switch (answer.status) {
    case 401:
      return 'unauthorized'
    case 403:
      // A missing pool is told as a failed permission check; every other 403 is a missing right.
      return kindOfText(textOf(answer)) === 'not-found' ? 'not-found' : 'forbidden'
    case 595:
      return 'node-unreachable'
    // The proxy to another node broke off after it had a connection: while asking (596), in the answer (597), or otherwise.
    case 596:
    case 597:
    case 598:
    case 599:
      return request.method === 'GET' ? 'node-unreachable' : 'timeout-unknown-outcome'
    default:
      break
  }
  const told = kindOfText(`${textOf(answer)}\n${detailOf(answer)}`)
  if (told) return told
  if (answer.status === 400) return 'invalid-parameters'
  // A reverse proxy in front of Proxmox: its own errors say nothing about what Proxmox did.
  if (answer.status === 408 || answer.status >= 502)
    return request.method === 'GET' ? 'transport' : 'timeout-unknown-outcome'
  return 'unexpected-reply'
}

/**
 * What may do better on another API host: one whose own `pvedaemon` is down, or that the cluster has lost, answers for as long as it
 * is asked. `this request`: it was not carried out. `later requests`: nobody knows whether this one was.
 */
export function whatElsewhere(request: Request, answer: Answer): 'nothing' | 'this request' | 'later requests' {
  if (answer.status === 200) return 'nothing'
  const isOfNode = /^\/nodes\b/.test(request.path)
  // Where no node was asked for, the host could not reach itself: its `pvedaemon`. Of a node it may be the node that is down.
  if (answer.status === 595) return isOfNode ? 'nothing' : 'this request'
  const isLost = answer.status >= 596 && answer.status <= 599
  if (isLost && !isOfNode) return request.method === 'GET' ? 'this request' : 'later requests'
  return kindOfAnswer(request, answer) === 'no-quorum' ? 'this request' : 'nothing'
}

/** What the answer means, for a person. */
const messageOf = (kind: AnswerKind, request: Request, answer: Answer, detail: string, caller: Caller): string => {
  switch (kind) {
    case 'unauthorized':
      return (
        `Proxmox does not accept the API token ${caller.tokenId} (${detail}); ` +
        'check that it exists, has not expired, and that its secret is right'
      )
    case 'forbidden':
      return forbiddenMessage(refusalOf(request, detail), detail, caller.tokenId)
    case 'node-unreachable':
      return answer.status === 500 ? detail : `the API host cannot reach the node (${answer.status} ${detail})`
    case 'timeout-unknown-outcome':
      return `Proxmox ${answer.status === 596 ? 'gave up waiting' : 'broke off'} (${answer.status} ${detail}); it may have happened nevertheless`
    case 'no-quorum':
      return noQuorumText(detail)
    case 'no-worker':
      return `nothing was started (${answer.status} ${detail})`
    case 'transport':
      return `${answer.status} ${detail}`
    case 'unexpected-reply':
      return `Proxmox answered ${answer.status}: ${detail}`
    case 'locked':
      return /lock token/.test(detail) ? `${detail}; ${SDN_LOCK_REMEDY}` : detail
    case 'lock-timeout':
    case 'not-found':
    case 'conflict':
    case 'invalid-parameters':
    case 'task-failed':
      return detail
    default:
      return kind satisfies never
  }
}

/** Without quorum Proxmox' own files can't be written, which it tells in many ways, `Permission denied` among them. */
const noQuorumText = (detail: string): string =>
  `the cluster has no quorum and takes no writes (${detail}); bring more nodes back`

const SDN_LOCK_REMEDY =
  'somebody holds the SDN lock, which never expires; if its holder is gone, release it with ' +
  '"pvesh delete /cluster/sdn/lock --force 1"'

/** Without a worker a call that acts before its task has done that part, and nobody knows what of the rest. */
const kindFor = ({ call }: Request, kind: AnswerKind): AnswerKind =>
  kind === 'no-worker' && !(isWrite(call) && RESEND[call].afterNoWorker) ? 'timeout-unknown-outcome' : kind

/** The one place where what Proxmox answered becomes an error. Only for answers that aren't a success. */
export const errorOf = (request: Request, answer: Answer, caller: Caller): ProxmoxError => {
  const kind = kindFor(request, kindOfAnswer(request, answer))
  const message = `${request.title}: ${messageOf(kind, request, answer, detailOf(answer), caller)}`
  if (kind === 'lock-timeout') return new LockTimeout(request.title, message)
  if (kind === 'no-worker') return new NoWorker(request.title, message)
  if (kind === 'forbidden') return new Forbidden(request.title, message, refusalOf(request, detailOf(answer)))
  if (answer.status === 501) return new UnknownCall(request.title, message)
  return new ProxmoxError(kind, request.title, message)
}

/** A right is missing. */
export class Forbidden extends ProxmoxError {
  /** Undefined where Proxmox doesn't tell. */
  readonly refusal: Refusal | undefined

  constructor(call: string, message: string, refusal: Refusal | undefined) {
    super('forbidden', call, message)
    this.refusal = refusal
  }
}

/** No API host's certificate is trusted: kind `transport`, but nothing that passes. */
export class Untrusted extends ProxmoxError {
  constructor(call: string, message: string, cause: unknown) {
    super('transport', call, message, cause)
  }
}

/** No host took the request: it was never sent. */
export const unsentError = (request: Request, why: string, cause: unknown): ProxmoxError => {
  const untrusted = cause instanceof ConnectFailure && cause.untrusted
  const finding = `${request.title}: no API host answers (${why})`
  // What an untrusted certificate needs is said in `why`.
  if (untrusted) return new Untrusted(request.title, finding, cause)
  const message = `${finding}; check that the hosts of lanista.proxmox.hosts (or proxmox_endpoints, or proxmox_url) are up and reachable from here`
  return new ProxmoxError('transport', request.title, message, cause)
}

/** A write was sent, or may have been, and its answer was lost. */
export const lostAnswerError = (request: Request, url: string, cause: Error): ProxmoxError =>
  new ProxmoxError(
    'timeout-unknown-outcome',
    request.title,
    `${request.title}: ${url}: ${cause.message}; it may have happened nevertheless`,
    cause,
  )

/**
 * A task that ended badly. Some ends have a meaning of their own: a lock that was not had in time, an object that
 * exists already. The rest is `task-failed`.
 *
 * @param ending Proxmox' exit status text
 * @param log the last lines of the task's log
 */
export const taskError = (call: string, upid: string, ending: string, log: readonly string[]): ProxmoxError => {
  const tail = log.filter((line) => !line.startsWith('TASK ERROR') && !line.includes(ending))
  const kind = kindOfText(ending)
  const what = kind === 'no-quorum' ? noQuorumText(ending) : ending
  const message = `${call}: ${what}${tail.length > 0 ? `; the task's log: ${tail.join(' | ')}` : ''} (task ${upid})`
  switch (kind) {
    case 'lock-timeout':
      return new LockTimeout(call, message)
    case 'conflict':
    case 'locked':
    case 'no-quorum':
      return new ProxmoxError(kind, call, message)
    default:
      // 'unexpected status': the worker died without a word, so how far it got is unknown.
      return new ProxmoxError(
        ending.startsWith('unexpected status') ? 'timeout-unknown-outcome' : 'task-failed',
        call,
        message,
      )
  }
}

/**
 * What ended a request that is none of the known ends: the reason of an abort, which is thrown as it is, or a limit of time that the
 * client itself has set, or what nobody has thought of. Whether a write was sent is not known then.
 */
export function foreignError(request: Request, error: unknown, signal: AbortSignal): unknown {
  const isOurLimit = error instanceof DOMException && error.name === 'TimeoutError'
  if (signal.aborted && error === signal.reason && !isOurLimit) return error
  const why = isOurLimit
    ? 'no answer in time'
    : `the request failed: ${error instanceof Error ? error.message : 'unknown'}`
  const kind = request.method === 'GET' ? 'transport' : 'timeout-unknown-outcome'
  return new ProxmoxError(kind, request.title, `${request.title}: ${why}`, error)
}
