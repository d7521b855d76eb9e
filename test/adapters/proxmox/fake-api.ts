import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

/** What a scripted API got. */
interface Got {
  readonly method: string
  /** Decoded, without `/api2/json`. */
  readonly path: string
  /** From the query or the form, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The body or query as it came. */
  readonly raw: string
  readonly authorization: string | undefined
  /** The client's port: the same one means the same connection. */
  readonly port: number | undefined
}

/** What it answers: Proxmox' `data`, or an error, or something worse than an answer. */
export type Reply =
  | { readonly data: unknown }
  | { readonly status: number; readonly reason?: string; readonly body?: unknown }
  | { readonly text: string }
  /** Closes the connection without an answer, or in the middle of it. */
  | 'reset'
  | 'reset-mid-body'
  /** Never answers. */
  | 'hang'

export interface FakeApi {
  readonly url: string
  readonly fingerprint: string
  readonly certificate: string
  readonly got: Got[]
  /** Answers from now on; a list per `METHOD /path` is used up from the front, its last stays. */
  readonly replies: Map<string, Reply[]>
  close(): Promise<void>
}

let shared: Promise<{ private: string; cert: string }> | undefined

/** One certificate for all servers of a test run: making keys is slow. */
export const certificate = (): Promise<{ private: string; cert: string }> => {
  shared ??= generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    // TLS looks at the real date, and tests have dates of their own.
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2099-01-01'),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return shared
}

const paramsOf = (raw: string): Record<string, string> => Object.fromEntries(new URLSearchParams(raw))

/** A scripted API on a free port of 127.0.0.1. */
export const fakeApi = async (script: Readonly<Record<string, Reply | Reply[]>> = {}): Promise<FakeApi> => {
  const { private: key, cert } = await certificate()
  const got: Got[] = []
  const replies = new Map(Object.entries(script).map(([call, reply]) => [call, Array.isArray(reply) ? reply : [reply]]))

  const server = https.createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [rawPath = '', query = ''] = (request.url ?? '').split('?')
      const path = decodeURIComponent(rawPath.replace('/api2/json', ''))
      const raw = request.method === 'GET' || request.method === 'DELETE' ? query : Buffer.concat(chunks).toString()
      const method = request.method ?? ''
      got.push({
        method,
        path,
        params: paramsOf(raw),
        raw,
        authorization: request.headers.authorization,
        port: request.socket.remotePort,
      })
      const queue = replies.get(`${method} ${path}`) ?? []
      const reply = (queue.length > 1 ? queue.shift() : queue[0]) ?? {
        status: 501,
        reason: `Method '${method} ${path}' not implemented`,
      }
      if (reply === 'hang') return
      if (reply === 'reset') {
        request.socket.destroy()
        return
      }
      if (reply === 'reset-mid-body') {
        response.writeHead(200, { 'Content-Length': '1000' })
        response.write('{"data":')
        setImmediate(() => request.socket.destroy())
        return
      }
      if ('text' in reply) response.end(reply.text)
      else if ('data' in reply) response.end(JSON.stringify({ data: reply.data }))
      else {
        response.writeHead(reply.status, reply.reason ?? 'Error', { Connection: 'close' })
        response.end(reply.body === undefined ? '' : JSON.stringify(reply.body))
      }
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? (address satisfies AddressInfo).port : 0
  return {
    url: `https://127.0.0.1:${port}`,
    fingerprint: new X509Certificate(cert).fingerprint256,
    certificate: cert,
    got,
    replies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Proxmox' way of refusing: the text in the reason phrase and in `message`. */
export const refusal = (status: number, message: string, errors?: Readonly<Record<string, string>>): Reply => ({
  status,
  reason: message.split('\n')[0] ?? '',
  body: { data: null, message: `${message}\n`, ...(errors ? { errors } : {}) },
})
