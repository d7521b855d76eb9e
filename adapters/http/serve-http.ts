import { createServer } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { GitStatus } from '../../model/accepted-commit.ts'
import type { Explanation } from '../../model/explanation.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords } from '../error-code.ts'
import { GIT_HOOK_PATH, type GitHook, gitHook } from './git-hook.ts'

/** What the endpoints tell about. */
export interface HttpProviders {
  statuses(): readonly RangeStatus[]
  /** Why the controller isn't ready, or undefined when it is. */
  notReady(): string | undefined
  /** Why a VM is, or would be, on its node; undefined when no valid range file has it. Throws when Proxmox can't be seen. */
  explain(rangeId: string, vm: string): Promise<Explanation | undefined>
  /** What is told of the repository of range files; undefined when they are in a folder. */
  readonly git?: (() => GitStatus) | undefined
  /** Where forges tell of a push; undefined: they have nowhere. */
  readonly gitHook?: GitHook | undefined
  /** Names by which it may be asked, besides addresses, localhost and this machine's own. */
  readonly hosts?: readonly string[]
  /** Hears of a request that failed inside; the answer says only that it did. */
  readonly onError?: (error: unknown) => void
  /** The page of metrics in the format that `Accept` prefers. */
  readonly metrics: { render(accept?: string): Promise<{ readonly contentType: string; readonly body: string }> }
}

const INDEX = `lanista

/metrics      for Prometheus
/healthz      the process is alive
/readyz       files and cluster have been read, and Proxmox answers
/api/ranges   the status of every range, as JSON; /api/ranges/ID of one
              /api/ranges/ID/vms/NAME/explain tells why a VM is, or would be, on its node
/api/git      the commit of range files in force, where they are in a repository, and why no newer one is
/hooks/git    where a forge tells of a push (lanista.git.webhook)
`

/** The endpoints that read, which are all but the webhook. */
export function httpApp(providers: HttpProviders): Hono {
  const app = new Hono()
  const isOurs = hostCheck(providers.hosts ?? [])
  app.use(async (context, next) => {
    if (!isOurs(context.req.header('host') ?? new URL(context.req.url).host))
      return context.text('this is not known under that name; the operator can add it to lanista.http.hosts\n', 421)
    await next()
    return undefined
  })
  app.use(async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
    context.header('X-Content-Type-Options', 'nosniff')
  })
  app.get('/', (context) => context.text(INDEX))
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const reason = providers.notReady()
    return reason === undefined ? context.text('ok\n') : context.text(`${reason}\n`, 503)
  })
  app.get('/metrics', async (context) => {
    const { contentType, body } = await providers.metrics.render(context.req.header('accept'))
    return context.body(body, 200, { 'Content-Type': contentType })
  })
  app.get('/api/git', (context) =>
    providers.git === undefined
      ? context.json({ error: 'range files are in a folder' }, 404)
      : context.json(providers.git()),
  )
  app.get('/api/ranges', (context) => context.json(providers.statuses()))
  app.get('/api/ranges/:id', (context) => {
    const status = providers.statuses().find(({ id }) => id === context.req.param('id'))
    return status === undefined ? context.json({ error: 'no such range' }, 404) : context.json(status)
  })
  app.get('/api/ranges/:id/vms/:vm/explain', async (context) => {
    try {
      const explanation = await providers.explain(context.req.param('id'), context.req.param('vm'))
      return explanation === undefined
        ? context.json({ error: 'no valid range file has such a VM' }, 404)
        : context.json(explanation)
    } catch (error) {
      if (!isProxmoxError(error)) throw error
      return context.json({ error: error.message }, 502)
    }
  })
  app.notFound((context) => context.text('not found; see / for what there is\n', 404))
  app.onError((error, context) => {
    providers.onError?.(error)
    return context.text('internal error\n', 500)
  })
  return app
}

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
  const answer = getRequestListener(httpApp({ ...options, hosts }).fetch, { overrideGlobalObjects: false })
  const isOurs = hostCheck(hosts)
  const hook = options.gitHook === undefined ? undefined : gitHook(options.gitHook)
  const server = createServer((request, response) => {
    // On its own, as what it does not want to read it leaves unread.
    if (hook !== undefined && request.url?.split('?')[0] === GIT_HOOK_PATH && isOurs(request.headers.host ?? ''))
      void hook(request, response)
    else void answer(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const finding = `http: can't listen on ${options.listen}: ${causeInWords(error)}`
      reject(new UserError(`${finding}; stop what uses it, or set lanista.http.listen`, error))
    })
    server.listen(port, host, resolve)
  })
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  return `${host.includes(':') ? `[${host}]` : host}:${boundPort}`
}

function parseAddress(listen: string): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^(.+):([0-9]{1,5})$/.exec(listen) ?? []
  const port = Number(digits)
  if (host === '' || digits === '' || port > 65_535)
    throw new UserError(`http: ${listen} is no address; write it as 127.0.0.1:8480 in lanista.http.listen`)
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}
