import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ForgeKind } from '../../model/forge-place.ts'
import { certificate } from '../adapters/proxmox/fake-api.ts'

/** One status as a forge has it, in its own words. */
interface KeptStatus {
  readonly repository: string
  readonly commit: string
  readonly context: string
  readonly state: string
  readonly description: string
}

/** What the forge answers in place of what it would. */
export interface ForgeTrouble {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

/** A forge's API for commit statuses, over HTTPS, as strict as its documentation. */
export interface FakeForge {
  readonly apiUrl: string
  /** Of the server, in PEM. */
  readonly ca: string
  /** All that were taken, oldest first. */
  readonly taken: readonly KeptStatus[]
  /** Status of each answer. */
  readonly answers: readonly number[]
  /** What the next requests are answered with, and then as ever; `hang`: not at all. */
  readonly troubles: (ForgeTrouble | 'hang' | 'reset')[]
  /** Commits that it has; undefined: any. */
  commits: ReadonlySet<string> | undefined
  token: string
  /** Resolves when a status that is looked for is taken, now or later. */
  until(isIt: (status: KeptStatus) => boolean): Promise<KeptStatus>
  close(): Promise<void>
}

interface Rules {
  readonly prefix: string
  readonly path: RegExp
  readonly states: readonly string[]
  readonly keys: readonly string[]
  readonly contextKey: string
  readonly longest: number
  isAllowed(request: IncomingMessage, token: string): boolean
}

const RULES: Readonly<Record<ForgeKind, Rules>> = {
  github: {
    prefix: '/api/v3',
    path: /^\/repos\/([\w.-]+\/[\w.-]+)\/statuses\/([0-9a-f]{40})$/,
    states: ['error', 'failure', 'pending', 'success'],
    keys: ['state', 'target_url', 'description', 'context'],
    contextKey: 'context',
    longest: 140,
    isAllowed: ({ headers }, token) =>
      headers.authorization === `Bearer ${token}` &&
      headers.accept === 'application/vnd.github+json' &&
      headers['x-github-api-version'] === '2022-11-28' &&
      headers['user-agent'] !== undefined,
  },
  gitlab: {
    prefix: '/api/v4',
    path: /^\/projects\/((?:[\w.-]|%2F)+)\/statuses\/([0-9a-f]{40})$/,
    states: ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'],
    keys: ['state', 'name', 'context', 'ref', 'description', 'target_url', 'coverage', 'pipeline_id'],
    contextKey: 'name',
    longest: 255,
    isAllowed: ({ headers }, token) => headers['private-token'] === token,
  },
  gitea: {
    prefix: '/api/v1',
    path: /^\/repos\/([\w.-]+\/[\w.-]+)\/statuses\/([0-9a-f]{40})$/,
    states: ['pending', 'success', 'error', 'failure', 'warning'],
    keys: ['state', 'target_url', 'description', 'context'],
    contextKey: 'context',
    longest: 4000,
    isAllowed: ({ headers }, token) => headers.authorization === `token ${token}`,
  },
}

export async function openFakeForge(kind: ForgeKind): Promise<FakeForge> {
  const rules = RULES[kind]
  const { private: key, cert } = await certificate()
  const taken: KeptStatus[] = []
  const answers: number[] = []
  const waiting = new Set<() => void>()
  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const forge: FakeForge = {
    apiUrl: `https://127.0.0.1:${port}${rules.prefix}`,
    ca: cert,
    taken,
    answers,
    troubles: [],
    commits: undefined,
    token: 'f0rge-t0ken',
    until: (isIt) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = taken.find(isIt)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return forge

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const trouble = forge.troubles.shift()
    if (trouble === 'hang') return
    if (trouble === 'reset') {
      request.socket.destroy()
      return
    }
    const { status, body, headers } = trouble ?? judge(request, text)
    answers.push(status)
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body ?? {}))
    for (const look of waiting) look()
  }

  function judge(request: IncomingMessage, text: string): ForgeTrouble {
    if (!rules.isAllowed(request, forge.token)) return { status: 401, body: { message: 'Bad credentials' } }
    const found = rules.path.exec((request.url ?? '').slice(rules.prefix.length))
    const [, name = '', commit = ''] = found ?? []
    if (request.method !== 'POST' || !request.url?.startsWith(rules.prefix) || found === null)
      return { status: 404, body: { message: 'Not Found' } }
    if (request.headers['content-type']?.startsWith('application/json') !== true) return { status: 415 }
    const sent: unknown = JSON.parse(text)
    if (typeof sent !== 'object' || sent === null) return { status: 400 }
    const body: readonly (readonly [string, unknown])[] = Object.entries(sent)
    const of = (wanted: string): string => {
      const value = body.find(([each]) => each === wanted)?.[1]
      return typeof value === 'string' ? value : ''
    }
    const unknown = body.find(([each, value]) => !rules.keys.includes(each) || typeof value !== 'string')
    if (unknown !== undefined) return { status: 422, body: { message: `unknown: ${unknown[0]}` } }
    const [state, description, context] = [of('state'), of('description'), of(rules.contextKey)]
    if (!rules.states.includes(state) || context === '' || description === '')
      return { status: kind === 'gitlab' ? 400 : 422, body: { error: 'state does not have a valid value' } }
    if (description.length > rules.longest)
      return { status: kind === 'gitlab' ? 400 : 422, body: { message: 'description is too long' } }
    if (forge.commits !== undefined && !forge.commits.has(commit))
      return kind === 'github'
        ? { status: 422, body: { message: `No commit found for SHA: ${commit}` } }
        : { status: 404, body: { message: '404 Commit Not Found' } }
    const kept = { repository: decodeURIComponent(name), commit, context, state, description }
    if (kind === 'gitlab') {
      const before = taken.findLast((each) => each.commit === commit && each.context === context)
      if (before?.state === state && state === 'pending')
        return {
          status: 400,
          body: {
            message:
              'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")',
          },
        }
    }
    taken.push(kept)
    return { status: 201, body: { id: taken.length, state } }
  }
}
