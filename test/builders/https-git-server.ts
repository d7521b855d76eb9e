import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createCertificate } from '../../adapters/simulator/certificate.ts'

/** What the server does with a request instead of, or besides, answering it. */
type HttpsTrouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'status'; readonly status: number; readonly location?: string }
  /** It takes the request and says nothing. */
  | { readonly kind: 'hang' }
  /** It ends after so many bytes of the pack. */
  | { readonly kind: 'cut'; readonly after: number }

/** `git http-backend` behind an HTTPS server of the test's own. */
export interface HttpsGitServer {
  readonly port: number
  /** Of a repository in the folder that is served. */
  url(name: string): string
  /** PEM */
  readonly certificate: string
  /** `user:password` that is asked for; undefined: everybody may read. */
  password: string | undefined
  trouble: HttpsTrouble
  /** Method, path and Authorization of each request so far. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[]
  close(): Promise<void>
}

export async function startHttpsGitServer(folder: string): Promise<HttpsGitServer> {
  const { key, cert } = await createCertificate([])
  const open = new Set<ServerResponse>()
  const server: Server = createServer({ key, cert }, (request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const self: HttpsGitServer = {
    port,
    url: (name) => `https://localhost:${port}/${name}`,
    certificate: cert,
    password: undefined,
    trouble: { kind: 'none' },
    requests: [],
    close: async () => {
      for (const response of open) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request
    self.requests.push({ line: `${method} ${url}`, authorization: headers.authorization })
    const { trouble } = self
    if (trouble.kind === 'hang') return
    if (trouble.kind === 'status') {
      const head = trouble.location === undefined ? {} : { location: trouble.location }
      response.writeHead(trouble.status, head).end()
      return
    }
    const wanted = self.password === undefined ? undefined : `Basic ${Buffer.from(self.password).toString('base64')}`
    if (wanted !== undefined && headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end('no')
      return
    }
    const [path = '', query = ''] = url.split('?')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: method,
        CONTENT_TYPE: headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin)
    backend.stdin.on('error', () => undefined)
    let [head, isBody, sent] = [Buffer.alloc(0), false, 0]
    const isPack = method === 'POST' && path.endsWith('git-upload-pack')
    const send = (chunk: Buffer): void => {
      if (trouble.kind === 'cut' && isPack && sent + chunk.length > trouble.after) {
        response.write(chunk.subarray(0, trouble.after - sent), () => response.destroy())
        return
      }
      sent += chunk.length
      response.write(chunk)
    }
    backend.stdout.on('data', (chunk: Buffer) => {
      if (isBody) return send(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      isBody = true
      const lines = head.subarray(0, end).toString().split('\r\n')
      const status = Number(/^Status: (\d+)/i.exec(lines.find((line) => /^status:/i.test(line)) ?? '')?.[1] ?? 200)
      const fields = lines
        .filter((line) => !/^status:/i.test(line))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
      response.writeHead(status, Object.fromEntries(fields))
      const rest = head.subarray(end + 4)
      if (rest.length > 0) send(rest)
    })
    backend.on('close', () => response.end())
  }
  return self
}
