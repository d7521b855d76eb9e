import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HookResult } from '../../model/metrics-port.ts'
import { HookLimits } from './hook-limits.ts'
import { claimsOf, HookProof } from './hook-proof.ts'

/** Where forges tell of a push. */
export const GIT_HOOK_PATH = '/hooks/git'

/** What becomes of a hook, and whom it is told. */
export interface GitHook {
  /** As the file has it now; undefined when it can't be used. */
  secret(): Promise<string | undefined>
  /** Somebody who has the secret says that something may be new. */
  hint(): void
  /** Told once of each request. */
  onResult(result: HookResult): void
  /** Milliseconds that pass evenly. */
  steady(): number
  /** A body takes no longer, in milliseconds. */
  readonly patienceMs?: number
}

/** GitHub sends no more than 25 MiB, and of a push a few KiB. In bytes. */
const LARGEST_BODY = 1_048_576
const PATIENCE_MS = 10_000

/** How a request is answered: the same to everybody who has not shown that he has the secret. */
interface Answer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

const ANSWERS: Readonly<Record<Exclude<HookResult, 'limited' | 'broken'>, Answer>> = {
  accepted: { status: 202, text: 'accepted\n' },
  refused: { status: 401, text: 'refused\n' },
  tooLarge: { status: 413, text: 'too large\n' },
  tooSlow: { status: 408, text: 'too slow\n' },
  wrongMethod: { status: 405, text: 'POST only\n', headers: { Allow: 'POST' } },
}

/**
 * Answers requests to the webhook. A request that proves that its sender has the secret is a hint to ask the repository, and no more:
 * nothing of its body is believed, kept, or looked at other than for its signature.
 */
export function gitHook(hook: GitHook): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const limits = new HookLimits(() => hook.steady())
  return async (request, response) => {
    const address = request.socket.remoteAddress ?? ''
    let waitMs = 0
    const result = await resultOf()
    hook.onResult(result)
    if (result === 'broken' || response.destroyed) return
    if (result === 'limited')
      send(response, {
        status: 429,
        text: 'too many\n',
        headers: { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) },
      })
    else send(response, ANSWERS[result])

    async function resultOf(): Promise<HookResult> {
      if (request.method !== 'POST') return 'wrongMethod'
      const claims = claimsOf(request.headers)
      if (claims === undefined) return 'refused'
      if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY) return 'tooLarge'
      waitMs = limits.enter(address)
      if (waitMs > 0) return 'limited'
      const secret = await hook.secret()
      if (secret === undefined) return 'refused'
      const proof = new HookProof(claims, secret)
      const read = await readBody(request, (piece) => proof.update(piece), hook.patienceMs ?? PATIENCE_MS)
      if (read !== 'whole') return read
      if (!proof.holds()) return 'refused'
      limits.proved(address)
      hook.hint()
      return 'accepted'
    }
  }
}

/** Hands over the body piece by piece, until its end, or until it is too large or takes too long; then nothing more is read. */
function readBody(
  request: IncomingMessage,
  onPiece: (piece: Uint8Array) => void,
  patienceMs: number,
): Promise<'whole' | 'tooLarge' | 'tooSlow' | 'broken'> {
  return new Promise((resolve) => {
    let size = 0
    const end = (result: 'whole' | 'tooLarge' | 'tooSlow' | 'broken'): void => {
      clearTimeout(timer)
      request.off('data', onData)
      request.pause()
      resolve(result)
    }
    const timer = setTimeout(() => end('tooSlow'), patienceMs)
    const onData = (piece: Buffer): void => {
      size += piece.length
      if (size > LARGEST_BODY) end('tooLarge')
      else onPiece(piece)
    }
    request.on('data', onData)
    request.once('end', () => end('whole'))
    request.once('error', () => end('broken'))
    request.once('close', () => end('broken'))
    // Whose sender went away before somebody listened tells of that no more.
    if (request.destroyed) end('broken')
  })
}

/** The connection of one whose body was left unread can't be used any more. */
function send(response: ServerResponse, { status, text, headers }: Answer): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 202 ? {} : { Connection: 'close' }),
    ...headers,
  })
  response.end(text)
}
