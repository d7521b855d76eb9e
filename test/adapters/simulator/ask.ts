import { request } from 'node:https'

/** An answer as it came: status line and parsed body (null when there was none, text when it wasn't JSON). */
export interface Answer {
  readonly status: number
  readonly reason: string
  readonly body: unknown
  readonly connection: string | undefined
}

const form = (params: Readonly<Record<string, string | number>>): string =>
  new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])).toString()

const parsed = (text: string): unknown => {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sends one request as the holder of `token` (undefined: nobody) and reads the answer; rejects when the connection breaks. */
export const ask = (
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  params: Readonly<Record<string, string | number>> = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const inQuery = method === 'GET' || method === 'DELETE'
    const body = inQuery ? '' : form(params)
    const query = inQuery && Object.keys(params).length > 0 ? `?${form(params)}` : ''
    const sent = request(
      new URL(`/api2/json${path}${query}`, url),
      {
        method,
        rejectUnauthorized: false,
        agent: false,
        headers: {
          ...(token === undefined ? {} : { Authorization: `PVEAPIToken=${token}` }),
          ...(inQuery
            ? {}
            : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? '',
            body: parsed(Buffer.concat(chunks).toString('utf8')),
            connection: response.headers.connection,
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
