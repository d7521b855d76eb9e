import type { StatusDelivery } from '../../model/forge.ts'
import { printable } from '../../model/printable.ts'
import type { ForgeDialect } from './dialect.ts'
import type { ForgeAnswer, NoAnswer } from './post-json.ts'

/** Nobody is waited for longer who says when to come again. */
const LONGEST_WAIT_MS = 3_600_000
/** GitHub wants so long a wait where it does not say how long. */
const UNSAID_WAIT_MS = 60_000

/** What an answer means. @param now epoch milliseconds */
export function judgeAnswer(answer: ForgeAnswer, { right }: Pick<ForgeDialect, 'right'>, now: number): StatusDelivery {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  const refused = (finding: string, all: boolean): StatusDelivery => ({ kind: 'refused', why: finding, all })
  if (status >= 300 && status < 400)
    return refused(
      `it answers with a redirect (HTTP ${status}), which is not followed; set lanista.git.status.api_url, or repository, to where it is now`,
      true,
    )
  const waitMs = askedToWait(answer, now)
  if (status === 429 || (status === 403 && waitMs !== undefined))
    return {
      kind: 'failed',
      why: `it has had too many requests (HTTP ${status}); it is told again later`,
      waitMs: waitMs ?? UNSAID_WAIT_MS,
    }
  if (status === 401)
    return refused(
      'it does not know the token (HTTP 401): expired, withdrawn or mistyped; put a valid one into the file of lanista.git.status.token_file',
      true,
    )
  if (status === 403)
    return refused(
      `the token may not set statuses of commits (HTTP 403)${saying(answer)}; give it the right, or put another into the file of lanista.git.status.token_file: ${right}`,
      true,
    )
  if (status === 404)
    return refused(
      `it has no such repository or commit, or the token may not see it (HTTP 404)${saying(answer)}; check lanista.git.status.repository, api_url and the token: ${right}`,
      false,
    )
  if (status === 408 || status === 425 || status >= 500)
    return { kind: 'failed', why: `it answers with HTTP ${status}; it is told again`, waitMs }
  return refused(
    `it does not take the status (HTTP ${status})${saying(answer)}; check lanista.git.status.provider, and that the commit is there`,
    false,
  )
}

const saying = ({ message }: ForgeAnswer): string => (message === '' ? '' : `: ${printable(message, 160)}`)

/** By `Retry-After` in seconds, GitHub's `X-RateLimit-*`, or GitLab's `RateLimit-*`; undefined where it is not asked for. */
function askedToWait(answer: ForgeAnswer, now: number): number | undefined {
  const number = (name: string): number | undefined => {
    const text = answer.header(name)
    return text !== undefined && /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined
  }
  const within = (milliseconds: number): number => Math.min(LONGEST_WAIT_MS, Math.max(0, milliseconds))
  const seconds = number('retry-after')
  if (seconds !== undefined) return within(seconds * 1000)
  for (const prefix of ['x-ratelimit', 'ratelimit']) {
    const reset = number(`${prefix}-reset`)
    if (number(`${prefix}-remaining`) === 0 && reset !== undefined) return within(reset * 1000 - now)
  }
  return /rate limit/i.test(answer.message) ? UNSAID_WAIT_MS : undefined
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EHOSTUNREACH: 'it can not be reached',
  ENETUNREACH: 'it can not be reached',
  ERR_BAD_RESPONSE: 'it sends more than an answer has',
}

/** What it means that there was none. */
export function judgeSilence({ code, timedOut }: NoAnswer, timeoutMs: number): StatusDelivery {
  if (timedOut)
    return { kind: 'failed', why: `no answer within ${timeoutMs / 1000} s; it is told again`, waitMs: undefined }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      kind: 'refused',
      why: `its certificate is one of another host (${code}); set lanista.git.status.api_url to the name that it is for`,
      all: true,
    }
  if (code === 'CERT_HAS_EXPIRED')
    return {
      kind: 'refused',
      why: `its certificate has expired (${code}); have it renewed, and check the date of this machine`,
      all: true,
    }
  if (/CERT|UNABLE_TO_|ISSUER|SELF_SIGNED/.test(code))
    return {
      kind: 'refused',
      why: `its certificate is not trusted (${code}); put the CA that signed it into the file of lanista.git.status.ca_file`,
      all: true,
    }
  const why = MEANINGS[code] ?? `the connection failed (${/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown'})`
  return { kind: 'failed', why: `${why}; it is told again`, waitMs: undefined }
}
