import { Hono } from 'hono'
import type { GitStatus } from '../../model/accepted-commit.ts'
import type { ApiProvider } from '../../model/api/api-provider.ts'
import { API_VERSION } from '../../model/api/documents.ts'
import { steering } from '../../model/api/steering.ts'
import type { Explanation } from '../../model/explanation.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { UserError } from '../../model/user-error.ts'
import type { Claim } from './access-tokens.ts'
import { API_ROUTES, type ApiRoute } from './api-routes.ts'
import { openApiDocument } from './open-api.ts'
import { problemResponse } from './problem.ts'
import { watchStream } from './watch-stream.ts'

export interface ApiServed {
  readonly api: ApiProvider
  /** Why a VM is, or would be, on its node; undefined when no valid range file has it. Throws when Proxmox can't be seen. */
  readonly explain: (rangeId: string, vm: string) => Promise<Explanation | undefined>
  /** Undefined when range files are in a folder. */
  readonly git: (() => GitStatus) | undefined
  /** Who sends a request. */
  readonly claim: (request: Request) => Promise<Claim>
  readonly version: string
  /** Aborts when no more is to be told. */
  readonly ended: AbortSignal
}

/** Whoever leaves pages open has one connection a browser. */
const MOST_WATCHERS = 200
/** A person's request is a few hundred bytes. */
const LARGEST_BODY = 16_384

/** The API, below `/api/v1`. */
export function apiApp(served: ApiServed): Hono {
  const { api, ended } = served
  const app = new Hono()
  const list = (
    kind: string,
    { asOf, items }: { readonly asOf: string; readonly items: readonly unknown[] },
  ): Response => Response.json({ apiVersion: API_VERSION, kind, asOf, items })
  const item = (kind: string, of: unknown): Response => Response.json({ apiVersion: API_VERSION, kind, item: of })
  const on = (
    { method, path }: ApiRoute,
    answer: (request: {
      readonly param: (name: string) => string
      readonly query: (name: string) => string | undefined
      readonly raw: Request
    }) => Response | Promise<Response>,
  ): void => {
    app.on(method.toUpperCase(), path.replaceAll(/\{([^}]+)\}/g, ':$1'), (context) =>
      answer({
        param: (name) => context.req.param(name) ?? '',
        query: (name) => context.req.query(name),
        raw: context.req.raw,
      }),
    )
  }
  on(API_ROUTES.ranges, () => list('RangeList', api.list('ranges')))
  on(API_ROUTES.range, ({ param }) => {
    const range = api.list('ranges').items.find(({ name }) => name === param('range'))
    return range === undefined ? problemResponse(404, noRange(param('range'))) : item('Range', range)
  })
  on(API_ROUTES.logs, ({ param, query }) => {
    const items = api.logs({ range: param('range'), vm: query('vm') })
    return list('LogLineList', { asOf: api.list('events').asOf, items })
  })
  on(API_ROUTES.explain, async ({ param }) => {
    try {
      const explanation = await served.explain(param('range'), param('vm'))
      return explanation === undefined
        ? problemResponse(404, `${param('range')}/${param('vm')}: no valid range file has such a VM; see /api/v1/vms`)
        : Response.json(explanation)
    } catch (error) {
      if (!isProxmoxError(error)) throw error
      return problemResponse(502, error.message)
    }
  })
  on(API_ROUTES.vms, async () => {
    await api.freshen()
    return list('VmList', api.list('vms'))
  })
  on(API_ROUTES.networks, async () => {
    await api.freshen()
    return list('NetworkList', api.list('networks'))
  })
  on(API_ROUTES.nodes, async () => {
    await api.freshen()
    return list('NodeList', api.list('nodes'))
  })
  on(API_ROUTES.templates, async () => {
    await api.freshen()
    return list('TemplateList', api.list('templates'))
  })
  on(API_ROUTES.events, ({ query }) => {
    const { asOf, items } = api.list('events')
    const range = query('range')
    return list('EventList', {
      asOf,
      items: range === undefined ? items : items.filter((each) => each.range === range),
    })
  })
  on(API_ROUTES.controller, () => item('Controller', api.controller()))
  on(API_ROUTES.git, () =>
    served.git === undefined
      ? problemResponse(404, 'git: range files are in a folder here; set lanista.git to have them in a repository')
      : Response.json(served.git()),
  )
  let watchers = 0
  on(API_ROUTES.watch, ({ raw, query }) => {
    if (watchers >= MOST_WATCHERS)
      return problemResponse(503, `watch: ${MOST_WATCHERS} are watching already; close some pages`, {
        'Retry-After': '30',
      })
    watchers += 1
    const reader = api.feed(raw.headers.get('last-event-id') ?? query('lastEventId'))
    let isClosed = false
    const close = (): void => {
      if (isClosed) return
      isClosed = true
      watchers -= 1
      reader.close()
    }
    return watchStream({ next: (signal) => reader.next(signal), close }, ended)
  })
  on(API_ROUTES.steer, async ({ raw }) => await steerAnswer(raw, served))
  on(API_ROUTES.description, () => Response.json(openApiDocument(served.version)))
  app.all('*', ({ req }) =>
    problemResponse(404, `${req.path}: there is no such thing; see /api/v1/openapi.json for what there is`),
  )
  return app
}

/** Something that a person asks. Only who is known, and may, is listened to. */
async function steerAnswer(request: Request, { api, claim }: ApiServed): Promise<Response> {
  const who = await claim(request)
  if (who.kind !== 'known') {
    const why = who.kind === 'untold' ? 'this needs a token' : 'the token is none that is known here'
    const remedy = 'send one that may write, of lanista.http.tokens_file, as Authorization: Bearer TOKEN'
    return problemResponse(401, `steer: ${why}; ${remedy}`, { 'WWW-Authenticate': 'Bearer' })
  }
  if (!who.person.mayWrite)
    return problemResponse(403, `steer: the token of ${who.person.name} may read, not write; ask with another one`)
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return problemResponse(415, 'steer: the body must be JSON; set Content-Type: application/json')
  const text = await bodyOf(request)
  if (text === undefined) return problemResponse(413, `steer: the body has more than ${LARGEST_BODY} bytes`)
  const asked = steering.safeParse(parsed(text))
  if (!asked.success) {
    const problems = asked.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
    return problemResponse(400, `steer: ${problems.join('; ')}; see /api/v1/openapi.json`)
  }
  try {
    return Response.json(await api.steer(asked.data, who.person.name))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return problemResponse(409, error.message)
  }
}

/** Undefined when it is too long. */
async function bodyOf(request: Request): Promise<string | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request.body ?? []) {
    size += piece.length
    if (size > LARGEST_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const noRange = (id: string): string => `range ${id}: nothing is told of such a range; see /api/v1/ranges`
