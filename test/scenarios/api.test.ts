import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { z } from 'zod'
import { findLanista } from '../../adapters/api-client/lanista-client.ts'
import { API_PATH, API_ROUTES, type ApiRoute } from '../../adapters/http/api-routes.ts'
import { type FeedChange, feedChange } from '../../model/api/feed-change.ts'
import type { LanistaApi } from '../../model/api/lanista-api.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere, type Started, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses, type Site } from './site.ts'

const VMS = [{ name: 'a', vlan: 10, octet: 1 }]
const WRITER = 'w'.repeat(32)
const READER = 'r'.repeat(32)

const described = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(
          z.string(),
          z.object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })) }),
        ),
      }),
    ),
  ),
})

describe('the API of a running Lanista', () => {
  let site: Site
  let running: Started
  let http = ''
  let state = ''
  const never = new AbortController().signal

  const begin = async (): Promise<void> => {
    running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const log = await running.says(/"msg":"started"/)
    http = `http://${/"http":"([^"]+)"/.exec(log)?.[1] ?? ''}`
  }
  const end = async (): Promise<void> => {
    running.stop()
    await running.ended
  }
  before(async () => {
    site = await openSiteForProcesses({
      'JD.yml': rangeText(VMS),
      'KT.yml': rangeText([{ name: 'b', vlan: 10, octet: 1 }]),
    })
    state = path.join(path.dirname(site.config), 'state')
    const people = path.join(path.dirname(site.config), 'people')
    await writeFile(people, `# who may ask\nada write ${WRITER}\nbob read ${READER}\n`, { mode: 0o600 })
    const config = await readFile(site.config, 'utf8')
    // A section of its own is there already, or not.
    const text = /^ {2}http:/m.test(config)
      ? config.replace(/^ {2}http:.*$/m, `  http: { listen: "127.0.0.1:0", tokens_file: ${people} }`)
      : config.replace(/^lanista:.*$/m, (line) => `${line}\n  http: { listen: "127.0.0.1:0", tokens_file: ${people} }`)
    await writeFile(site.config, text)
    await begin()
    await running.says(/range is Ready[^]*range is Ready/)
  })
  after(async () => {
    await end()
    await site.close()
  })

  const here = async (): Promise<LanistaApi> => {
    const api = await findLanista(
      { server: undefined, tokenFile: undefined },
      state,
      { SUDO_USER: 'Ada Lovelace' },
      never,
    )
    if (api === undefined) throw new Error('nobody is there')
    return api
  }
  const get = (at: string): Promise<Response> => fetch(`${http}${API_PATH}${at}`)
  const post = (body: unknown, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${http}${API_PATH}/steer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const becomes = async (api: LanistaApi, name: string, state: string): Promise<void> => {
    const over = new AbortController()
    for await (const change of api.watch(over.signal))
      if (
        change.type === 'is' &&
        change.view.kind === 'Range' &&
        change.view.name === name &&
        change.view.state === state
      ) {
        over.abort()
        return
      }
  }

  it('answers as its own description says, each of it', async () => {
    const description = described.parse(await (await get('/openapi.json')).json())
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const names: Readonly<Record<string, string>> = { range: 'JD', vm: 'JD-a' }
    for (const [name, route] of Object.entries<ApiRoute>(API_ROUTES)) {
      if (route.method !== 'get' || name === 'watch') continue
      const answer = await get(route.path.replaceAll(/\{([^}]+)\}/g, (_, each: string) => names[each] ?? ''))
      const told = description.paths[`${API_PATH}${route.path}`]?.['get']?.responses[String(answer.status)]
      const [content] = Object.values(told?.content ?? {})
      const isValid = ajv.compile(content?.schema ?? false)
      expect(isValid(await answer.json()), `${name}: ${ajv.errorsText(isValid.errors)}`).to.equal(true)
      expect(answer.status, name).to.equal(name === 'git' ? 404 : 200)
    }
    expect((await get('/nothing')).headers.get('content-type')).to.equal('application/problem+json')
  })

  it('is what commands on this machine speak with', async () => {
    const { status, stdout, stderr } = await lanistaHere(['get', 'vms', '-l', 'range=JD', '--config', site.config])
    expect([status, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.match(/^NAME .*\nJD-router.*\nJD-a +JD +● running +pve\d +10\.1\.10\.1 /)
  })

  it('tells of ranges with since when, of their VMs, of nodes, networks and events', async () => {
    const api = await here()
    // The look that the ranges were planned by shows none of their VMs.
    expect((await api.list('nodes', never)).items.flatMap((node) => node.vms).map(({ name }) => name)).to.include(
      'JD-a',
    )
    const [jd] = (await api.list('ranges', never)).items
    expect(jd).to.include({ name: 'JD', state: 'Ready', network: 'r1', number: 1 })
    expect(jd?.conditions.every(({ lastTransitionTime }) => Date.parse(lastTransitionTime) > 0)).to.equal(true)
    expect(jd?.work).to.deep.equal({ standing: 'waiting', failures: 0 })
    expect(jd?.plan?.changes).to.be.an('array')
    const vms = (await api.list('vms', never)).items
    expect(vms.map(({ name, phase }) => `${name} ${phase}`)).to.include.members(['JD-a running', 'KT-b running'])
    expect(vms.find(({ name }) => name === 'JD-a')?.observed).to.include({ status: 'running' })
    const nodes = (await api.list('nodes', never)).items
    expect(nodes.map(({ state: each }) => each)).to.deep.equal(['Online', 'Online', 'Online'])
    expect(nodes.flatMap((node) => node.vms).map(({ name, range }) => `${range}/${name}`)).to.include('JD/JD-a')
    const networks = (await api.list('networks', never)).items
    expect(networks.map(({ name, role, range }) => [name, role, range])).to.deep.equal([
      ['ludusnat', 'nat', undefined],
      ['r1', 'range', 'JD'],
      ['r2', 'range', 'KT'],
    ])
    expect((await api.list('templates', never)).items.length).to.be.greaterThan(0)
    const reasons = (await api.list('events', never)).items
      .filter(({ range }) => range === 'JD')
      .map(({ reason }) => reason)
    expect(reasons).to.include.members(['Cloning', 'Configuring', 'Starting', 'Running', 'Ready'])
    expect((await api.logs({ range: 'JD', vm: 'JD-a' }, never)).map(({ message }) => message)).to.include('cloning')
  })

  it('takes what a person asks from who may write alone, and says to all others why not', async () => {
    const asked = { action: 'reconcile', ranges: ['JD'] }
    const answers = [
      await post(asked, {}),
      await post(asked, { authorization: `Bearer ${'x'.repeat(32)}` }),
      await post(asked, { authorization: `Bearer ${READER}` }),
      await post('{', { authorization: `Bearer ${WRITER}` }),
      await post({ action: 'destroy', range: 'JD' }, { authorization: `Bearer ${WRITER}` }),
      await post(asked, { authorization: `Bearer ${WRITER}`, 'content-type': 'text/plain' }),
      await post({ ...asked, ranges: ['XX'] }, { authorization: `Bearer ${WRITER}` }),
      await post(' '.repeat(20_000), { authorization: `Bearer ${WRITER}` }),
    ]
    expect(answers.map(({ status }) => status)).to.deep.equal([401, 401, 403, 400, 400, 415, 409, 413])
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(texts.join('')).not.to.match(/w{32}|r{32}|x{32}/)
    expect(texts[6]).to.match(/range XX: there is no such range; there are JD, KT/)
    const done = await post(asked, { authorization: `Bearer ${WRITER}` })
    expect([done.status, await done.json()]).to.deep.equal([200, { done: true, message: 'range JD is looked at now' }])
    const events = (await (await here()).list('events', never)).items
    const requests = events.filter(({ reason }) => reason === 'ReconcileRequested')
    expect(requests.map(({ by, object }) => `${by} ${object.name}`)).to.include('ada JD')
  })

  it('knows no token of a file that others may read', async () => {
    const people = path.join(path.dirname(site.config), 'people')
    await chmod(people, 0o644)
    const answer = await post({ action: 'reconcile' }, { authorization: `Bearer ${WRITER}` })
    await chmod(people, 0o600)
    expect(answer.status).to.equal(401)
  })

  itLong('leaves a range alone while a person asks for it, over a restart, and says who and why', async () => {
    const api = await here()
    const suspended = becomes(api, 'JD', 'Suspended')
    const { message } = await api.steer({ action: 'suspend', range: 'JD', reason: 'exam in room 3' }, never)
    expect(message).to.match(
      /^range JD is left alone until lanista resume JD, or until its file says something else of suspend/,
    )
    await suspended
    await end()
    await begin()
    const again = await here()
    await becomes(again, 'JD', 'Suspended')
    const range = (await again.list('ranges', never)).items.find(({ name }) => name === 'JD')
    expect(range?.suspended).to.include({ by: 'person', who: 'Ada Lovelace', reason: 'exam in room 3' })
    expect(range?.message).to.match(/suspended by Ada Lovelace: exam in room 3; .*; lanista resume JD to go on/)
    const back = becomes(again, 'JD', 'Ready')
    await again.steer({ action: 'resume', range: 'JD' }, never)
    await back
    expect((await again.steer({ action: 'resume', range: 'JD' }, never)).done).to.equal(false)
    const requests = (await again.list('events', never)).items.filter(
      ({ reason }) => reason.endsWith('Requested') && reason !== 'ReconcileRequested',
    )
    expect(requests.map(({ reason, by }) => `${reason} ${by}`)).to.deep.equal([
      'SuspendRequested Ada Lovelace',
      'ResumeRequested Ada Lovelace',
    ])
  })

  itLong('has who resumes told of what has changed since, and of all when that can not be told', async () => {
    const read = async (
      lastId: string,
      until: (change: FeedChange) => boolean,
    ): Promise<readonly (readonly [string, FeedChange])[]> => {
      const answer = await fetch(`${http}${API_PATH}/watch`, {
        headers: lastId === '' ? {} : { 'last-event-id': lastId },
      })
      const messages: (readonly [string, FeedChange])[] = []
      let rest = ''
      for await (const piece of answer.body ?? []) {
        rest += Buffer.from(piece).toString()
        const whole = rest.split('\n\n')
        rest = whole.pop() ?? ''
        for (const each of whole) {
          const [, id = '', data = ''] = /^id: (.*)\ndata: (.*)$/.exec(each) ?? []
          if (data === '') continue
          const change = feedChange.parse(JSON.parse(data))
          messages.push([id, change])
          if (until(change)) return messages
        }
      }
      return messages
    }
    const isSynced = ({ type }: FeedChange): boolean => type === 'synced'
    const all = await read('', isSynced)
    expect(new Set(all.map(([, change]) => (change.type === 'is' ? change.view.kind : change.type)))).to.deep.equal(
      new Set(['Controller', 'Node', 'Network', 'Template', 'Range', 'Event', 'synced']),
    )
    const [lastId] = all.at(-1) ?? ['']
    await (await here()).steer({ action: 'reconcile', ranges: ['KT'] }, never)
    const since = await read(lastId, isSynced)
    expect(since.length).to.be.lessThan(all.length)
    expect(JSON.stringify(since)).to.contain('ReconcileRequested').and.not.to.contain('"kind":"Template"')
    await end()
    await begin()
    const anew = await read(lastId, isSynced)
    expect(anew[0]?.[1]).to.deep.equal({ type: 'reset' })
  })

  it('is not found where none runs', async () => {
    const elsewhere = path.join(path.dirname(site.config), 'elsewhere')
    await mkdir(elsewhere, { recursive: true })
    expect(await findLanista({ server: undefined, tokenFile: undefined }, elsewhere, {}, never)).to.equal(undefined)
  })

  it('can be asked from elsewhere with a token', async () => {
    const tokenFile = path.join(path.dirname(site.config), 'token-of-ada')
    await writeFile(tokenFile, `${WRITER}\n`)
    const api = await findLanista({ server: http, tokenFile }, state, {}, never)
    await becomes(api ?? (await here()), 'KT', 'Ready')
    expect(await api?.steer({ action: 'reconcile', ranges: ['KT'] }, never)).to.include({ done: true })
  })
})
