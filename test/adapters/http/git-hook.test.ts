import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { GitHook } from '../../../adapters/http/git-hook.ts'
import { HookLimits } from '../../../adapters/http/hook-limits.ts'
import { claimsOf, HookProof } from '../../../adapters/http/hook-proof.ts'
import { serveHttp } from '../../../adapters/http/serve-http.ts'
import { hookHeaders } from '../../builders/hooks.ts'
import { itLong, runs } from '../../runner/long-runs.ts'
import { fakeApi } from '../../builders/fake-api.ts'

const SECRET = 'whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q='
const PUSH = '{"ref":"refs/heads/main"}'

describe('the webhook', () => {
  let stop: AbortController
  let url: string
  let port: number
  let hints: number
  let results: string[]
  let secret: string | undefined
  let now: number
  let onResult: (result: string) => void

  const open = async (changes: Partial<GitHook> | 'off' = {}): Promise<void> => {
    stop = new AbortController()
    ;[hints, results, secret, now, onResult] = [0, [], SECRET, 0, () => undefined]
    const hook: GitHook = {
      secret: () => Promise.resolve(secret),
      hint: () => (hints += 1),
      onResult: (result) => {
        results.push(result)
        onResult(result)
      },
      steady: () => now,
      ...(changes === 'off' ? {} : changes),
    }
    const address = await serveHttp(
      {
        listen: '127.0.0.1:0',
        hosts: ['lanista.example.org'],
        api: fakeApi([]),
        git: undefined,
        version: 'test',
        notReady: () => undefined,
        explain: () => Promise.resolve(undefined),
        metrics: { render: () => Promise.resolve({ contentType: 'text/plain', body: '' }) },
        gitHook: changes === 'off' ? undefined : hook,
      },
      stop.signal,
    )
    url = `http://${address}/hooks/git`
    port = Number(address.split(':')[1])
  }
  beforeEach(() => open())
  afterEach(() => stop.abort())

  const post = async (headers: Readonly<Record<string, string>>, body = PUSH): Promise<number> => {
    const answer = await fetch(url, { method: 'POST', headers, body })
    expect(await answer.text()).not.to.include(SECRET)
    return answer.status
  }
  /** What a socket answers to these bytes, until it is closed. */
  const talk = async (head: string, ...pieces: readonly string[]): Promise<string> => {
    const socket: Socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    let answer = ''
    socket.on('data', (data: Buffer) => (answer += data.toString()))
    for (const piece of [head, ...pieces]) socket.write(piece)
    await once(socket, 'close')
    return answer
  }
  const signed = Object.entries(hookHeaders.github(SECRET, PUSH))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')

  it('takes a hint from each forge that has the secret, and from nobody else', async () => {
    for (const headersOf of Object.values(hookHeaders)) {
      expect(await post(headersOf(SECRET, PUSH))).to.equal(202)
      expect(await post(headersOf(`${SECRET.slice(0, -4)}eHQ=`, PUSH))).to.equal(401)
    }
    for (const sign of [hookHeaders.github, hookHeaders.gitea, hookHeaders.forgejo, hookHeaders.gitlabSigned])
      expect(await post(sign(SECRET, PUSH), `${PUSH} `)).to.equal(401)
    expect(await post({})).to.equal(401)
    expect(hints).to.equal(5)
    expect(results.filter((each) => each === 'accepted')).to.have.length(5)
  })

  itLong('believes nothing of the body, whatever it says', async () => {
    const body = '\u0000{{{"ref":'
    expect(await post(hookHeaders.github(SECRET, body), body)).to.equal(202)
    expect(await post(hookHeaders.gitlab(SECRET), '')).to.equal(202)
  })

  itLong(
    'asks for the secret each time, so that another one counts at once, and lets nobody in without one',
    async () => {
      secret = 'another secret of the forge'
      expect(await post(hookHeaders.github(SECRET, PUSH))).to.equal(401)
      expect(await post(hookHeaders.github(secret, PUSH))).to.equal(202)
      secret = undefined
      for (const headersOf of Object.values(hookHeaders)) {
        expect(await post(headersOf('', PUSH))).to.equal(401)
        expect(await post(headersOf('undefined', PUSH))).to.equal(401)
      }
      expect(hints).to.equal(1)
    },
  )

  it('is not there unless it is configured, answers to its names alone, and takes no other method', async () => {
    expect((await fetch(url)).status).to.equal(405)
    expect((await fetch(url)).headers.get('allow')).to.equal('POST')
    const elsewhere = `POST /hooks/git HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n${signed}Content-Length: ${PUSH.length}\r\n\r\n${PUSH}`
    expect(await talk(elsewhere)).to.match(/^HTTP\/1.1 421 /)
    expect(await talk(elsewhere.replace('evil.example', 'lanista.example.org'))).to.match(/^HTTP\/1.1 202 /)
    expect(hints).to.equal(1)
    stop.abort()
    await open('off')
    expect(await post(hookHeaders.github(SECRET, PUSH))).to.equal(404)
    expect((await fetch(url)).status).to.equal(404)
  })

  itLong('reads no body that is too large: none that says so, and no more than that of one that does not', async () => {
    const head = `POST /hooks/git HTTP/1.1\r\nHost: 127.0.0.1\r\n${signed}`
    expect(await talk(`${head}Content-Length: 1048577\r\n\r\n`)).to.match(/^HTTP\/1.1 413 /)
    const whole = 'x'.repeat(1_048_576)
    expect(await post(hookHeaders.github(SECRET, whole), whole)).to.equal(202)
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const ended = new Promise<void>((resolve) => (onResult = () => resolve()))
    const socket = connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .resume()
    const closed = once(socket, 'close')
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    for (let sent = 0; sent < 20; sent += 1) socket.write(piece)
    await Promise.all([ended, closed])
    expect(results).to.deep.equal(['tooLarge', 'accepted', 'tooLarge'])
  })

  itLong('gives up a body that comes too slowly, and one whose sender goes away', async () => {
    stop.abort()
    await open({ patienceMs: 5 })
    const head = `POST /hooks/git HTTP/1.1\r\nHost: 127.0.0.1\r\n${signed}Content-Length: 1000\r\n\r\n`
    expect(await talk(head, 'x')).to.match(/^HTTP\/1.1 408 /)
    stop.abort()
    await open()
    const ended = new Promise<void>((resolve) => (onResult = () => resolve()))
    const socket = connect(port, '127.0.0.1')
    socket.write(head, () => socket.destroy())
    await ended
    expect(results).to.deep.equal(['broken'])
  })

  itLong('hears at once of a sender who went away before anybody listened to him', async () => {
    stop.abort()
    let goOn: () => void = () => undefined
    const away = new Promise<void>((resolve) => (goOn = resolve))
    await open({
      patienceMs: 1_000_000_000,
      secret: async () => {
        await away
        for (let turns = 0; turns < 100; turns += 1) await turn()
        return SECRET
      },
    })
    const ended = new Promise<void>((resolve) => (onResult = () => resolve()))
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    const head = `POST /hooks/git HTTP/1.1\r\nHost: 127.0.0.1\r\n${signed}Content-Length: 1000\r\n\r\n`
    socket.write(head, () => socket.destroy())
    await once(socket, 'close')
    goOn()
    await ended
    expect(results).to.deep.equal(['broken'])
  })

  itLong('has whoever guesses wait, and says for how long', async () => {
    for (let guess = 0; guess < 10; guess += 1)
      expect(await post(hookHeaders.github(`guess ${guess}`, PUSH))).to.equal(401)
    const answer = await fetch(url, { method: 'POST', headers: hookHeaders.github(SECRET, PUSH), body: PUSH })
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '6'])
    now += 6000
    expect(await post(hookHeaders.github(SECRET, PUSH))).to.equal(202)
  })

  it('lets guesses from one address take nothing from another, and all together no more than their pace', () => {
    const limits = new HookLimits(() => now)
    const entered = (count: number, address: (index: number) => string): number =>
      Array.from({ length: count }, (_, index) => limits.enter(address(index))).filter((wait) => wait === 0).length
    expect(entered(20, () => '10.0.0.1')).to.equal(10)
    for (let time = 0; time < 30; time += 1) {
      expect(limits.enter('10.0.0.2')).to.equal(0)
      limits.proved('10.0.0.2')
    }
    expect(entered(2000, (index) => `10.1.${index >> 8}.${index & 255}`)).to.equal(20)
    for (let time = 0; time < 2000; time += 1) {
      now += 100
      limits.enter(`10.2.${time >> 8}.${time & 255}`)
    }
    expect(limits.unproved).to.be.within(900, 1000)
  })

  it('lets nobody keep it busy from one address with bodies that never come, so that others find no turn', async () => {
    const head = `POST /hooks/git HTTP/1.1\r\nHost: 127.0.0.1\r\n${signed}Content-Length: 1000\r\n\r\n`
    const ended: string[] = []
    for (let time = 0; time < 12; time += 1) {
      const end = new Promise<void>((resolve) => (onResult = () => resolve()))
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      socket.write(`${head}x`, () => socket.destroy())
      await end
      ended.push(results.at(-1) ?? '')
    }
    expect(ended.filter((each) => each === 'broken')).to.have.length(10)
    expect(ended.slice(10)).to.deep.equal(['limited', 'limited'])
  })

  it('takes no token for a key to sign with that is none, or too short a one: anybody can sign with the empty key', () => {
    const forged = hookHeaders.gitlabSigned('whsec_', PUSH)
    const lower = Object.fromEntries(Object.entries(forged).map(([name, value]) => [name.toLowerCase(), value]))
    const claims = claimsOf(lower)
    if (claims === undefined) throw new Error('it shows nothing')
    for (const written of ['whsec_', 'whsec_===============', 'whsec_!!!!!!!!!!!!!!!!', 'whsec_äöüäöüäöüäöü']) {
      const proof = new HookProof(claims, written)
      proof.update(Buffer.from(PUSH))
      expect(proof.holds(), written).to.equal(false)
    }
  })

  it('holds for no body and secret but those that were signed, however the headers are bent', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(SECRET, PUSH))
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(hookHeaders)),
        text,
        text,
        fc.nat(),
        fc.constantFrom('0', 'f', '=', ',', ' ', ''),
        (headersOf, other, body, at, by) => {
          const headers = Object.fromEntries(
            Object.entries(headersOf(other, body)).map(([name, value]) => [
              name.toLowerCase(),
              value.slice(0, at % (value.length + 1)) + by + value.slice(at % (value.length + 1)),
            ]),
          )
          const claims = claimsOf(headers)
          if (claims === undefined) return
          const proof = new HookProof(claims, SECRET)
          proof.update(Buffer.from(body))
          if (other !== SECRET) expect(proof.holds()).to.equal(false)
        },
      ),
      { numRuns: runs(4000) },
    )
  })
})
