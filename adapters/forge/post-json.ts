import { Agent } from 'node:https'
import { create } from 'axios'

/** One answer of a forge, whatever its status. */
export interface ForgeAnswer {
  readonly status: number
  /** By its name in small letters. */
  header(name: string): string | undefined
  /** What it says in `message`, `error` or `errors`; empty where it says nothing, or not in JSON. */
  readonly message: string
}

/** No whole answer came. The cause is never kept: an AxiosError carries the token. */
export class NoAnswer extends Error {
  /** Node's or OpenSSL's. */
  readonly code: string
  readonly timedOut: boolean

  constructor(code: string, timedOut: boolean) {
    super(timedOut ? 'no answer in time' : `no answer (${code})`)
    this.name = 'NoAnswer'
    this.code = code
    this.timedOut = timedOut
  }
}

export interface PostRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
  /** Certificates to trust, in PEM, in place of the system's. */
  readonly ca: string | undefined
  /** To the end of the answer, in milliseconds. */
  readonly timeoutMs: number
}

const client = create({
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  maxContentLength: 1_048_576,
  responseType: 'text',
  transformRequest: [(body: unknown) => body],
  transformResponse: [(body: unknown) => body],
  validateStatus: () => true,
})

/** Sends JSON once, on a connection of its own; redirects are not followed. Throws `NoAnswer`, or the signal's reason. */
export async function postJson(
  { url, headers, body, ca, timeoutMs }: PostRequest,
  signal: AbortSignal,
): Promise<ForgeAnswer> {
  signal.throwIfAborted()
  const enough = new AbortController()
  const timer = setTimeout(() => enough.abort(), timeoutMs)
  try {
    const response = await client.request<string>({
      url,
      method: 'POST',
      headers: { Accept: 'application/json', 'User-Agent': 'lanista', ...headers, 'Content-Type': 'application/json' },
      data: JSON.stringify(body),
      httpsAgent: new Agent({ keepAlive: false, ...(ca === undefined ? {} : { ca }) }),
      signal: AbortSignal.any([signal, enough.signal]),
    })
    return {
      status: response.status,
      header: (name) => {
        const value: unknown = response.headers[name]
        return typeof value === 'string' ? value : undefined
      },
      message: messageIn(response.data),
    }
  } catch (error) {
    signal.throwIfAborted()
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
    throw new NoAnswer(code, enough.signal.aborted)
  } finally {
    clearTimeout(timer)
  }
}

function messageIn(text: string): string {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer !== 'object' || answer === null) return ''
    const parts = ['message', 'error', 'errors'].flatMap((key) => {
      const value: unknown = Reflect.get(answer, key)
      if (value === undefined) return []
      return [typeof value === 'string' ? value : JSON.stringify(value)]
    })
    return parts.join(': ')
  } catch {
    return ''
  }
}
