import { setMaxListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { UserError } from '../../model/user-error.ts'
import { causeInWords } from '../error-code.ts'
import { claimOf } from './access-tokens.ts'
import { apiApp, type ApiServed } from './api-app.ts'
import { API_PATH } from './api-routes.ts'
import { GIT_HOOK_PATH, type GitHook, gitHook } from './git-hook.ts'
import { inTurn } from './in-turn.ts'
import { readPage } from './page-files.ts'
import { problemResponse } from './problem.ts'

/** What the endpoints tell about. */
export interface HttpProviders extends Omit<ApiServed, 'claim' | 'ended'> {
  /** Why the controller isn't ready, or undefined when it is. */
  notReady(): string | undefined
  /** Where forges tell of a push; undefined: they have nowhere. */
  readonly gitHook?: GitHook | undefined
  /** Names by which it may be asked, besides addresses, localhost and this machine's own. */
  readonly hosts?: readonly string[]
  /** File with the tokens of people who ask from elsewhere; undefined: nobody may. */
  readonly tokensFile?: string | undefined
  /** The page of metrics in the format that `Accept` prefers. */
  readonly metrics: { render(accept?: string): Promise<{ readonly contentType: string; readonly body: string }> }
}

const INDEX = `lanista

/metrics      for Prometheus
/healthz      the process is alive
/readyz       files and cluster have been read, and Proxmox answers
/api/v1       ranges, VMs, networks, nodes, templates and events as JSON; /api/v1/openapi.json describes it
/hooks/git    where a forge tells of a push (lanista.git.webhook)
`

/** A whole request must have come within so many milliseconds, its headers within half of that. */
const REQUEST_MS = 30_000

/** All endpoints but the webhook. @param claim who sends a request @param ended aborts when no more is to be told */
export function httpApp(providers: HttpProviders, claim: ApiServed['claim'], ended: AbortSignal): Hono {
  const app = new Hono()
  // Each watcher listens to it: more than ten are no leak.
  setMaxListeners(0, ended)
  const isOurs = hostCheck(providers.hosts ?? [])
  app.use(async (context, next) => {
    if (!isOurs(context.req.header('host') ?? new URL(context.req.url).host))
      return context.text('this is not known under that name; the operator can add it to lanista.http.hosts\n', 421)
    await next()
    return undefined
  })
  app.use(async (context, next) => {
    await next()
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store')
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Referrer-Policy', 'no-referrer')
  })
  const page = readPage()
  app.get('/', (context) => {
    // Programs and people at a terminal are told what there is; who asks with a browser is shown it.
    const isBrowser = context.req.header('accept')?.includes('text/html') ?? false
    return (isBrowser ? page?.answer(context.req.raw) : undefined) ?? context.text(INDEX, 200, { Vary: 'Accept' })
  })
  app.get('/assets/*', (context) => page?.answer(context.req.raw) ?? context.notFound())
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const reason = providers.notReady()
    return reason === undefined ? context.text('ok\n') : context.text(`${reason}\n`, 503)
  })
  app.get('/metrics', async (context) => {
    const { contentType, body } = await providers.metrics.render(context.req.header('accept'))
    return context.body(body, 200, { 'Content-Type': contentType })
  })
  app.route(API_PATH, apiApp({ ...providers, claim, ended }))
  app.notFound(({ req }) => notFound(req.path))
  app.onError((error) => {
    providers.onError?.(error)
    return problemResponse(500, 'it failed inside; the log says why')
  })
  return app
}

const notFound = (path: string): Response =>
  problemResponse(404, `${path}: there is no such page; see /, or /api/v1/openapi.json`)

/**
 * Whether a `Host` is one of ours. A page in somebody's browser that has its own name lead here (DNS rebinding) asks under that
 * name; nobody can make such a page of an address.
 */
function hostCheck(names: readonly string[]): (host: string) => boolean {
  const known = new Set(['localhost', hostname(), ...names].map((name) => name.toLowerCase()))
  return (host) => {
    const name = host
      .toLowerCase()
      .replace(/:[0-9]+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
    return isIP(name) !== 0 || known.has(name) || known.has(host.toLowerCase())
  }
}

/** Whether only this machine reaches an address. */
export function isLoopback(listen: string): boolean {
  const { host } = parseAddress(listen)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * Serves the endpoints on `ADDRESS:PORT` (port 0: any) until the signal aborts; then every connection is closed at
 * once. Resolves with the address it listens on; throws a `UserError` when it can't.
 */
export async function serveHttp(
  options: HttpProviders & { readonly listen: string },
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted()
  const { host, port } = parseAddress(options.listen)
  const hosts = [...(options.hosts ?? []), host]
  const claim: ApiServed['claim'] = ({ headers }) =>
    claimOf(headers.get('authorization') ?? undefined, options.tokensFile)
  const app = httpApp({ ...options, hosts }, claim, signal)
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const isOurs = hostCheck(hosts)
  const hook = options.gitHook === undefined ? undefined : gitHook(options.gitHook)
  const listener = inTurn((request, response) => {
    // On its own, as what it does not want to read it leaves unread.
    if (hook !== undefined && request.url?.split('?')[0] === GIT_HOOK_PATH && isOurs(request.headers.host ?? ''))
      void hook(request, response)
    else void answer(request, response)
  })
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS / 2 }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const finding = `http: can't listen on ${options.listen}: ${causeInWords(error)}`
      reject(new UserError(`${finding}; stop what uses it, or set lanista.http.listen`, error))
    })
    server.listen(port, host, resolve)
  })
  closeOn(signal, server)
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  return `${host.includes(':') ? `[${host}]` : host}:${boundPort}`
}

/** Every connection is closed at once. */
export function closeOn(signal: AbortSignal, server: Server): void {
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
}

function parseAddress(listen: string): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^(.+):([0-9]{1,5})$/.exec(listen) ?? []
  const port = Number(digits)
  if (host === '' || digits === '' || port > 65_535)
    throw new UserError(`http: ${listen} is no address; write it as 127.0.0.1:8480 in lanista.http.listen`)
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}
