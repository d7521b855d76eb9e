import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { expect } from 'chai'
import { stub } from 'sinon'
import { followFeed } from '../../../adapters/api-client/feed-client.ts'
import { passUntilEnded, StoppedClock } from '../../builders/seeing.ts'
import { type Ended, lanistaHere, startHere } from '../../scenarios/command-line.ts'

const CONTROLLER =
  '{"type":"is","view":{"kind":"Controller","instance":"a","version":"1","startedAt":"2026-11-30T00:00:00Z","findings":[]}}'

describe('commands where what answers is not a Lanista as it should be', () => {
  let server: Server
  let url = ''
  let answer: RequestListener
  before(async () => {
    server = createServer((request, response) => answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--server', url])

  for (const args of [
    ['get', 'ranges'],
    ['get', 'ranges', '--watch'],
    ['wait', 'JD'],
    ['reconcile', 'JD'],
  ])
    it(`${args.join(' ')}: a page for people in the place of an answer is told of, with status 1`, async () => {
      answer = (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>welcome</html>')
      const { status, stderr } = await lanista(...args)
      expect(status).to.equal(1)
      expect(stderr)
        .to.match(/^http:\/\/127\.0\.0\.1:\d+: /)
        .and.match(/release|is it a Lanista/)
        .and.not.match(/\.js:\d/)
    })

  it('wait says that time is up when nothing is heard within it', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(': still here\n\n')
    }
    for (const names of [['JD'], ['--all']]) {
      const clock = new StoppedClock()
      const started = startHere(['wait', ...names, '--timeout', '10m', '--server', url], { composition: { clock } })
      const { status, stderr } = await passUntilEnded(clock, started, 60_000)
      expect(status).to.equal(1)
      expect(stderr).to.match(/^(range JD|wait): not Ready within 10m: Lanista answers, and does not say how it is/)
    }
  })

  it('wait asks how it is just now, with no time at all, also where the first word comes after it', async () => {
    const clock = new StoppedClock()
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      clock.pass(0)
      setImmediate(() => response.write(`id: a-1\ndata: ${CONTROLLER}\n\nid: a-2\ndata: {"type":"synced"}\n\n`))
    }
    const { status, stderr } = await startHere(['wait', 'JD', '--timeout', '0s', '--server', url], {
      composition: { clock },
    }).ended
    expect(status).to.equal(1)
    expect(stderr).to.match(/^range JD: not Ready within 0s: there is no range of that name/)
  })

  it('a feed goes on over any number of broken connections, if each of them was answered', async () => {
    let opened = 0
    answer = (_, response) => {
      opened += 1
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      // Only the first has news; of a quiet time only comments tell.
      if (opened === 1) response.write(`id: a-1\ndata: ${CONTROLLER}\n\n`)
      else if (opened === 4) response.write('id: a-2\ndata: {"type":"synced"}\n\n')
      else response.write(': still here\n\n')
      if (opened < 4) setImmediate(() => response.destroy())
    }
    const now = performance.now.bind(performance)
    // Each connection lasts two minutes.
    const clock = stub(performance, 'now').callsFake(() => now() + opened * 120_000)
    const over = new AbortController()
    const heard: string[] = []
    try {
      for await (const { type } of followFeed(
        { where: 'it', at: { url: new URL(url), tokenFile: undefined }, person: 'ada' },
        over.signal,
      )) {
        heard.push(type)
        if (type === 'synced') break
      }
    } finally {
      clock.restore()
      over.abort()
    }
    expect(heard).to.deep.equal(['is', 'synced'])
  })

  for (const [status, body, told] of [
    [500, 'oops', /answers with status 500/],
    [302, '', /answers with status 302/],
    [200, '{"kind":"RangeList"}', /is not understood/],
    [503, '{"type":"about:blank","title":"x","status":503,"detail":"lanista: starts; ask again"}', /^lanista: starts/],
  ] as const)
    it(`an answer ${status} ${body.slice(0, 20)} is one line and status 1`, async () => {
      answer = (_, response) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
      const ended = await lanista('get', 'ranges')
      expect([ended.status, ended.stdout]).to.deep.equal([1, ''])
      expect(ended.stderr).to.match(told)
    })
})

describe('durations that no clock goes to', () => {
  for (const args of [
    ['suspend', 'JD', '--reason', 'x', '--until', '99999999999d'],
    ['suspend', 'JD', '--reason', 'x', '--until', '9999999d'],
    ['wait', 'JD', '--timeout', '99999999999999999999d'],
    ['get', 'events', 'JD', '--since', '99999999999999d'],
    ['events', '--since', '99999999999999d'],
  ])
    it(`${args.join(' ')} says so in a line`, async () => {
      const { status, stderr } = await lanistaHere([...args, '--server', 'http://127.0.0.1:9'])
      expect(status).to.equal(1)
      expect(stderr).to.not.match(/RangeError|\.js:\d|Invalid time/)
      expect(stderr).to.match(/^(--\w+ |error: unknown option|http:\/\/127\.0\.0\.1:9: nobody)/)
    })
})
