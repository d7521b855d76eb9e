import { z } from 'zod'
import { controllerView, networkView, nodeView, templateView } from '../../model/api/cluster-views.ts'
import { API_VERSION, listOf } from '../../model/api/documents.ts'
import { eventView } from '../../model/api/event-view.ts'
import { feedChange } from '../../model/api/feed-change.ts'
import { logLine } from '../../model/api/log-line.ts'
import { rangeView, vmView } from '../../model/api/range-view.ts'
import { steered, steering } from '../../model/api/steering.ts'

/** One thing of the API: what is asked, and what is answered. */
export interface ApiRoute {
  readonly method: 'get' | 'post'
  /** With `{names}`. */
  readonly path: string
  readonly summary: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: z.ZodType
  readonly answer: z.ZodType
  /** Default: JSON. */
  readonly contentType?: string
  /** What else it answers with, as problem details. */
  readonly problems: readonly number[]
}

const document = <K extends string, T extends z.ZodType>(kind: K, of: T) =>
  z.object({ apiVersion: z.literal(API_VERSION), kind: z.literal(kind), item: of })

/** Where the API is. */
export const API_PATH = '/api/v1'

/** All of the API, by name. What is not here is not answered, and its description is made from this. */
export const API_ROUTES = {
  ranges: {
    method: 'get',
    path: '/ranges',
    summary: 'All ranges: how they stand, since when and why.',
    answer: listOf('RangeList', rangeView),
    problems: [],
  },
  range: {
    method: 'get',
    path: '/ranges/{range}',
    summary: 'One range.',
    answer: document('Range', rangeView),
    problems: [404],
  },
  logs: {
    method: 'get',
    path: '/ranges/{range}/logs',
    summary: "The newest lines of the controller's log about a range, oldest first.",
    query: { vm: 'Only those about this VM of it.' },
    answer: listOf('LogLineList', logLine),
    problems: [],
  },
  explain: {
    method: 'get',
    path: '/ranges/{range}/vms/{vm}/explain',
    summary: 'Why a VM is, or would be, on its node.',
    answer: z.looseObject({ range: z.string(), vm: z.string(), rule: z.string(), why: z.string() }),
    problems: [404, 502],
  },
  vms: {
    method: 'get',
    path: '/vms',
    summary: 'The VMs of all ranges.',
    answer: listOf('VmList', vmView),
    problems: [],
  },
  networks: {
    method: 'get',
    path: '/networks',
    summary: 'The networks of ranges, and the NAT network.',
    answer: listOf('NetworkList', networkView),
    problems: [],
  },
  nodes: {
    method: 'get',
    path: '/nodes',
    summary: 'The nodes, with what is used and promised on them.',
    answer: listOf('NodeList', nodeView),
    problems: [],
  },
  templates: {
    method: 'get',
    path: '/templates',
    summary: 'The templates that VMs are cloned from.',
    answer: listOf('TemplateList', templateView),
    problems: [],
  },
  events: {
    method: 'get',
    path: '/events',
    summary: 'What has happened, oldest first.',
    query: { range: 'Only those about this range.' },
    answer: listOf('EventList', eventView),
    problems: [],
  },
  controller: {
    method: 'get',
    path: '/controller',
    summary: 'The controller, and the cluster as a whole.',
    answer: document('Controller', controllerView),
    problems: [],
  },
  git: {
    method: 'get',
    path: '/git',
    summary: 'The repository of range files: what is in force, and why nothing newer is.',
    answer: z.looseObject({ url: z.string(), branch: z.string() }),
    problems: [404],
  },
  watch: {
    method: 'get',
    path: '/watch',
    summary:
      'Server-sent events: everything there is, then `synced`, then each change. Resumes with `Last-Event-ID`, or `lastEventId`.',
    query: { lastEventId: 'Of the last message that was read, for who can set no header.' },
    answer: feedChange,
    contentType: 'text/event-stream',
    problems: [503],
  },
  steer: {
    method: 'post',
    path: '/steer',
    summary: 'Asks for something of ranges. From elsewhere, only with a token that may write.',
    body: steering,
    answer: steered,
    problems: [400, 401, 403, 409, 413, 415, 503],
  },
  description: {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description.',
    answer: z.looseObject({ openapi: z.string() }),
    problems: [],
  },
} as const satisfies Readonly<Record<string, ApiRoute>>
