import { connect } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { httpApp, type HttpProviders, isLoopback, serveHttp } from '../../../adapters/http/serve-http.ts'
import { fakeApi } from '../../builders/fake-api.ts'
import type { Explanation } from '../../../model/explanation.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { UserError } from '../../../model/user-error.ts'

const status: RangeStatus = {
  id: 'JD',
  source: 'JD.yml',
  number: 1,
  since: '2026-01-01T00:00:00.000Z',
  conditions: [],
  diagnostics: [],
  vms: [],
  networks: [],
  changedAt: '2026-01-01T00:00:00.000Z',
}

const explanation: Explanation = {
  range: 'JD',
  vm: 'JD-DC01',
  vmid: 1_010_011,
  rule: 'target_node',
  node: 'pve1',
  why: 'its target_node',
  ifNew: undefined,
  needs: { memoryBytes: 1, cores: 2, diskBytes: undefined },
  weights: { memory: 0.8, cpu: 0.2 },
  nodes: [],
  counted: [],
  changes: [],
}

const providers = (changes: Partial<HttpProviders> = {}): HttpProviders => ({
  api: fakeApi([status]),
  git: undefined,
  version: 'test',
  explain: () => Promise.resolve(undefined),
  notReady: () => undefined,
  metrics: { render: () => Promise.resolve({ contentType: 'text/plain', body: 'a 1\n' }) },
  ...changes,
})

const NOBODY = () => Promise.resolve({ kind: 'untold' } as const)
const appOf = (changes?: Partial<HttpProviders>) => httpApp(providers(changes), NOBODY, new AbortController().signal)
const get = async (path: string, changes?: Partial<HttpProviders>) => await appOf(changes).request(path)

describe('httpApp', () => {
  it('is alive whatever else is wrong', async () => {
    const answer = await get('/healthz', { notReady: () => 'Proxmox does not answer' })
    expect([answer.status, await answer.text()]).to.deep.equal([200, 'ok\n'])
  })

  const HOSTS: readonly (readonly [string, number])[] = [
    ['localhost:8480', 200],
    ['127.0.0.1:8480', 200],
    ['[::1]:8480', 200],
    ['10.0.0.5:8480', 200],
    ['Lanista.Example.org:8480', 200],
    ['evil.example:8480', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['', 421],
  ]
  for (const [host, expected] of HOSTS)
    it(`answers ${expected} to the host "${host}", on every path`, async () => {
      const app = appOf({ hosts: ['lanista.example.org'] })
      for (const path of ['/', '/healthz', '/readyz', '/metrics', '/api/v1/ranges', '/api/v1/ranges/JD', '/nothing']) {
        const { status } = await app.request(path, { headers: { host } })
        expect(status === 421 ? 421 : 200, path).to.equal(expected)
      }
    })

  it('knows an address that only its own machine reaches', () => {
    expect(['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1'].every(isLoopback)).to.equal(true)
    expect(['0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'lanista.example.org:1'].some(isLoopback)).to.equal(false)
  })

  it('is ready when nothing keeps it from working, and says the reason otherwise', async () => {
    expect((await get('/readyz')).status).to.equal(200)
    const answer = await get('/readyz', { notReady: () => 'Proxmox does not answer' })
    expect([answer.status, await answer.text()]).to.deep.equal([503, 'Proxmox does not answer\n'])
  })

  it('gives Prometheus the metrics in the format that it accepts', async () => {
    const metrics = {
      render: (accept?: string) => Promise.resolve({ contentType: `for/${accept}; version=1`, body: 'a 1\n' }),
    }
    const answer = await appOf({ metrics }).request('/metrics', { headers: { accept: 'prometheus' } })
    expect(answer.headers.get('content-type')).to.equal('for/prometheus; version=1')
    expect(await answer.text()).to.equal('a 1\n')
  })

  it('gives the statuses of all ranges, and of one', async () => {
    const items = fakeApi([status]).list('ranges').items
    const asOf = '2026-01-01T00:00:00.000Z'
    const list = { apiVersion: 'lanista/v1', kind: 'RangeList', asOf, items }
    expect(await (await get('/api/v1/ranges')).json()).to.deep.equal(list)
    const one = { apiVersion: 'lanista/v1', kind: 'Range', item: items[0] }
    expect(await (await get('/api/v1/ranges/JD')).json()).to.deep.equal(one)
    expect((await get('/api/v1/ranges/XX')).status).to.equal(404)
  })

  it('explains why a VM is where it is, and says when there is no such VM or Proxmox is out of reach', async () => {
    const path = '/api/v1/ranges/JD/vms/JD-DC01/explain'
    const asked: string[] = []
    const explain = async (range: string, name: string): Promise<Explanation> => {
      asked.push(`${range}/${name}`)
      return Promise.resolve(explanation)
    }
    expect(await (await get(path, { explain })).json()).to.deep.equal(JSON.parse(JSON.stringify(explanation)))
    expect(asked).to.deep.equal(['JD/JD-DC01'])
    expect((await get(path)).status).to.equal(404)
    const down = new ProxmoxError('transport', 'GET /cluster/resources', 'GET /cluster/resources: no connection')
    const answer = await get(path, { explain: async () => Promise.reject(down) })
    const detail = { type: 'about:blank', title: 'Bad Gateway', status: 502, detail: down.message }
    expect([answer.status, await answer.json()]).to.deep.equal([502, detail])
    expect(answer.headers.get('content-type')).to.equal('application/problem+json')
  })

  it('lists what there is to who is no browser, and answers nothing else', async () => {
    expect(await (await get('/')).text()).to.match(/\/metrics/)
    expect((await get('/nothing')).status).to.equal(404)
    expect((await appOf().request('/healthz', { method: 'POST' })).status).to.equal(404)
  })

  it('does not show what went wrong inside, but tells the owner', async () => {
    const errors: unknown[] = []
    const answer = await get('/metrics', {
      onError: (error) => errors.push(error),
      metrics: { render: async () => Promise.reject(new Error('secret')) },
    })
    expect([answer.status, await answer.text()]).to.satisfy(
      ([code, text]: readonly [number, string]) => code === 500 && !text.includes('secret'),
    )
    expect(errors.map(String)).to.deep.equal(['Error: secret'])
  })

  it('is cached by nobody', async () => {
    for (const path of ['/metrics', '/api/v1/ranges', '/nothing'])
      expect((await get(path)).headers.get('cache-control'), path).to.equal('no-store')
  })
})

describe('serveHttp', () => {
  const abort = () => new AbortController()

  it('says the port it was given, and answers there', async () => {
    const stop = abort()
    const address = await serveHttp({ ...providers(), listen: '127.0.0.1:0' }, stop.signal)
    expect(address).to.match(/^127\.0\.0\.1:[1-9]/)
    expect(await (await fetch(`http://${address}/healthz`)).text()).to.equal('ok\n')
    stop.abort()
  })

  it('serves IPv6 addresses', async () => {
    const stop = abort()
    const address = await serveHttp({ ...providers(), listen: '[::1]:0' }, stop.signal)
    expect(address).to.match(/^\[::1\]:/)
    expect((await fetch(`http://${address}/healthz`)).status).to.equal(200)
    stop.abort()
  })

  it('closes connections at once when aborted, kept-alive ones too', async () => {
    const stop = abort()
    const address = await serveHttp({ ...providers(), listen: '127.0.0.1:0' }, stop.signal)
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'close')
    stop.abort()
    await closed
    const refused = await fetch(`http://${address}/healthz`).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(Error)
  })

  it('does not wait for an answer under way when aborted', async () => {
    const stop = abort()
    let asked: () => void = () => undefined
    const underWay = new Promise<void>((resolve) => {
      asked = resolve
    })
    const never = new Promise<never>(() => undefined)
    const render = async (): Promise<never> => {
      asked()
      return await never
    }
    const metrics = { render }
    const address = await serveHttp({ ...providers({ metrics }), listen: '127.0.0.1:0' }, stop.signal)
    const failed = fetch(`http://${address}/metrics`).catch((error: unknown) => error)
    await underWay
    stop.abort()
    expect(await failed).to.be.instanceOf(Error)
  })

  it('says so when the port is in use', async () => {
    const stop = abort()
    const address = await serveHttp({ ...providers(), listen: '127.0.0.1:0' }, stop.signal)
    const error: unknown = await serveHttp({ ...providers(), listen: address }, stop.signal).catch(
      (caught: unknown) => caught,
    )
    expect(error).to.be.instanceOf(UserError)
    expect(String(error)).to.contain(
      `http: can't listen on ${address}: the address is already in use; stop what uses it, or set lanista.http.listen`,
    )
    stop.abort()
  })
})
