import { lstatSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { API_PATH } from '../../../adapters/http/api-routes.ts'
import type { HttpProviders } from '../../../adapters/http/serve-http.ts'
import { serveSocket } from '../../../adapters/http/serve-socket.ts'
import { API_SOCKET } from '../../../adapters/state/api-socket.ts'
import { fakeApi } from '../../builders/fake-api.ts'

describe('the socket of a running Lanista', () => {
  let home = ''
  let stop = new AbortController()
  let asked: string[] = []
  const providers: HttpProviders = {
    api: fakeApi([], {
      steer: (_, by) => {
        asked.push(by)
        return Promise.resolve({ done: true, message: 'done' })
      },
    }),
    git: undefined,
    version: 'test',
    explain: () => Promise.resolve(undefined),
    notReady: () => undefined,
    metrics: { render: () => Promise.resolve({ contentType: 'text/plain', body: 'a 1\n' }) },
  }
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'lanista-'))
    stop = new AbortController()
    asked = []
  })
  afterEach(async () => {
    stop.abort()
    await rm(home, { recursive: true, force: true })
  })

  const steer = (socketPath: string, person: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'lanista-person': person, 'content-type': 'application/json' }
      const sent = request({ socketPath, path: `${API_PATH}/steer`, method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end('{"action":"reconcile"}')
    })

  it('can be opened by nobody else, from its first moment', async () => {
    const { umask } = process
    const modes: number[] = []
    // It is bound when that is put back, and nothing was done to it since.
    process.umask = (mask?: number | string): number => {
      const path = join(home, API_SOCKET)
      if (mask !== 0o177 && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
        modes.push(lstatSync(path).mode & 0o777)
      return mask === undefined ? umask() : umask(mask)
    }
    const before = umask(0)
    try {
      await serveSocket(home, providers, stop.signal)
    } finally {
      umask(before)
      process.umask = umask
    }
    expect(modes).to.deep.equal([0o600])
    expect((await stat(join(home, API_SOCKET))).mode & 0o777).to.equal(0o600)
  })

  it('takes the place of what an earlier life left, or somebody has put there, and follows no link', async () => {
    const victim = join(home, 'victim')
    await writeFile(victim, 'kept')
    await symlink(victim, join(home, API_SOCKET))
    await serveSocket(home, providers, stop.signal)
    expect(lstatSync(join(home, API_SOCKET)).isSocket()).to.equal(true)
    expect(await readFile(victim, 'utf8')).to.equal('kept')
    expect((await stat(victim)).mode & 0o077).not.to.equal(0)
    expect(await steer(join(home, API_SOCKET), 'ada')).to.equal(200)
  })

  it('leaves the place free when it ends', async () => {
    await serveSocket(home, providers, stop.signal)
    stop.abort()
    const next = createServer()
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject)
      next.listen(join(home, API_SOCKET), resolve)
    })
    next.close()
  })

  it('is made in a folder whose path is longer than that of a socket may be', async function () {
    if (process.platform !== 'linux') this.skip()
    const deep = join(home, 'x'.repeat(120))
    await mkdir(deep)
    await serveSocket(deep, providers, stop.signal)
    expect(lstatSync(join(deep, API_SOCKET)).isSocket()).to.equal(true)
  })

  it('takes a name as it is told, in short and without what acts on a terminal or a log', async () => {
    await serveSocket(home, providers, stop.signal)
    const at = join(home, API_SOCKET)
    for (const person of [
      encodeURIComponent('Ada \u001B[31m\r\nLovelace\u202E'),
      'x'.repeat(8000),
      '%E0%A4%A',
      '',
      encodeURIComponent('\u0000'),
    ])
      expect(await steer(at, person)).to.equal(200)
    expect(asked).to.have.length(5)
    for (const name of asked) {
      expect(name.length, name).to.be.within(1, 70)
      // oxlint-disable-next-line no-control-regex
      expect(name).not.to.match(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/)
    }
  })
})
