import { createHash, createHmac, type Hmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What a request shows to prove that its sender has the secret; each forge has a way of its own, and some show several. */
export interface HookClaims {
  /** HMAC-SHA256 of the body as hexadecimal digits: GitHub's `X-Hub-Signature-256`, `X-Gitea-Signature`, `X-Forgejo-Signature`. */
  readonly digests: readonly string[]
  /** GitLab's secret token as it is, `X-Gitlab-Token`. */
  readonly token: string | undefined
  /** GitLab's signing token, by the Standard Webhooks specification: what is signed before the body, and signatures in base64. */
  readonly signed: { readonly before: string; readonly signatures: readonly string[] } | undefined
}

/** Undefined of a request that shows nothing. */
export function claimsOf(headers: IncomingHttpHeaders): HookClaims | undefined {
  const header = (name: string): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const hub = /^sha256=([0-9a-f]{64})$/i.exec(header('x-hub-signature-256') ?? '')?.[1]
  const digests = [hub, header('x-gitea-signature'), header('x-forgejo-signature')].filter(
    (each): each is string => each !== undefined && /^[0-9a-f]{64}$/i.test(each),
  )
  const token = header('x-gitlab-token')
  const [id, at, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(header)
  const signatures = (signature ?? '')
    .split(' ')
    .flatMap((each) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(each)?.[1] ?? [])
    .slice(0, 8)
  const signed =
    id === undefined || at === undefined || signatures.length === 0 ? undefined : { before: `${id}.${at}.`, signatures }
  return digests.length === 0 && token === undefined && signed === undefined ? undefined : { digests, token, signed }
}

/** GitLab's signing tokens begin so; what follows is the key in base64. */
const SIGNING_TOKEN = 'whsec_'
/** In bytes. */
const SHORTEST_KEY = 16

/**
 * Whether claims hold of a body, which is handed over piece by piece: nothing of it is kept. Comparisons take the same time whatever is
 * wrong. One claim that holds is enough, as nobody without the secret can make any. A request that was heard of before proves as much as
 * the first time: it is no more than a hint.
 */
export class HookProof {
  readonly #claims: HookClaims
  readonly #secret: string
  readonly #plain: Hmac | undefined
  readonly #signed: Hmac | undefined

  constructor(claims: HookClaims, secret: string) {
    this.#claims = claims
    this.#secret = secret
    this.#plain = claims.digests.length === 0 ? undefined : createHmac('sha256', secret)
    const key = signingKeyIn(secret)
    this.#signed =
      claims.signed === undefined || key === undefined
        ? undefined
        : createHmac('sha256', key).update(claims.signed.before)
  }

  update(piece: Uint8Array): void {
    this.#plain?.update(piece)
    this.#signed?.update(piece)
  }

  /** Once, after all of the body. */
  holds(): boolean {
    const { digests, token, signed } = this.#claims
    const plain = this.#plain?.digest()
    const ofSigned = this.#signed?.digest()
    const results = [
      ...digests.map((each) => plain !== undefined && isSame(Buffer.from(each, 'hex'), plain)),
      ...(token === undefined ? [] : [isSame(digestOf(token), digestOf(this.#secret))]),
      ...(signed?.signatures ?? []).map(
        (each) => ofSigned !== undefined && isSame(Buffer.from(each, 'base64'), ofSigned),
      ),
    ]
    return results.some(Boolean)
  }
}

/**
 * Undefined where there is none. What is no base64 would be read as a part of it, and at worst as the empty key, by which anybody can
 * sign; Standard Webhooks has keys of 24 to 64 bytes.
 */
function signingKeyIn(secret: string): Buffer | undefined {
  if (!secret.startsWith(SIGNING_TOKEN)) return undefined
  const text = secret.slice(SIGNING_TOKEN.length)
  const key = Buffer.from(text, 'base64')
  const isWhole = key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  return isWhole && key.length >= SHORTEST_KEY ? key : undefined
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
/** Of the same length, whatever it is of. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
