import https from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { certificate } from '../adapters/proxmox/fake-api.ts'

interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** How a receiver answers: with a status, and headers perhaps; by breaking the connection; not at all. */
export type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'reset' | 'hang'

/** Somebody's webhook on a free port of 127.0.0.1, over HTTPS. */
export interface Receiver {
  /** `127.0.0.1:12345`. */
  readonly host: string
  /** The certificate to trust, in PEM. */
  readonly ca: string
  readonly received: readonly Received[]
  answer: Answer
  close(): Promise<void>
}

/** Opens a receiver that answers with 200. */
export async function openReceiver(): Promise<Receiver> {
  const { private: key, cert } = await certificate()
  const received: Received[] = []
  const server = https.createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
      const { answer } = receiver
      if (answer === 'reset') request.socket.destroy()
      else if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end('ok')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const receiver: Receiver = {
    host: `127.0.0.1:${port}`,
    ca: cert,
    received,
    answer: { status: 200 },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}
