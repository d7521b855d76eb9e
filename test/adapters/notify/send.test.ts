import { rootCertificates } from 'node:tls'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { httpsNotifier } from '../../../adapters/notify/send.ts'
import { notification } from '../../builders/notification.ts'
import { type Answer, openReceiver, type Receiver } from '../../builders/receiver.ts'

const SECRET = 'S3CRET-0b1c2d3e'
const { signal } = new AbortController()

describe('httpsNotifier', () => {
  let at: Receiver
  beforeEach(async () => {
    at = await openReceiver()
  })
  afterEach(() => at.close())

  const send = (address: string, options: Parameters<typeof httpsNotifier>[0] = { ca: at.ca }, stop = signal) =>
    httpsNotifier(options).send(address, notification(), stop, { anywhere: true })

  it('sends one request over HTTPS, and asks for nothing more than a good status', async () => {
    at.answer = { status: 204 }
    expect(await send(`generic://u:p@${at.host}/x?template=json&k=v`)).to.deep.equal({ kind: 'delivered' })
    expect(at.received).to.have.length(1)
    const { method, path, headers, body } = at.received[0]!
    const { title, message } = notification()
    expect([method, path, JSON.parse(body)]).to.deep.equal(['POST', '/x?k=v', { title, message }])
    expect(headers).to.include({
      authorization: `Basic ${btoa('u:p')}`,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'lanista',
    })
  })

  const ANSWERS: readonly (readonly [string, Answer, unknown])[] = [
    ['a wrong token', { status: 401 }, { kind: 'refused', why: 'it answers with HTTP 401' }],
    [
      'a redirect',
      { status: 307, headers: { Location: `https://elsewhere.invalid/${SECRET}` } },
      { kind: 'refused', why: 'it answers with a redirect (HTTP 307), which is not followed' },
    ],
    ['trouble', { status: 503 }, { kind: 'failed', why: 'it answers with HTTP 503', waitMs: undefined }],
    [
      'too many requests',
      { status: 429, headers: { 'Retry-After': '7' } },
      { kind: 'failed', why: 'it answers with HTTP 429', waitMs: 7000 },
    ],
    ['a broken connection', 'reset', { kind: 'failed', why: 'the connection broke', waitMs: undefined }],
    ['no answer', 'hang', { kind: 'failed', why: 'no answer within 0.2 s', waitMs: undefined }],
  ]
  for (const [situation, answer, delivery] of ANSWERS)
    it(`tells what came of it, and nothing of the address: ${situation}`, async () => {
      at.answer = answer
      const patience = answer === 'hang' ? { timeoutMs: 200 } : {}
      const told = await send(`https://${SECRET}@${at.host}/${SECRET}?${SECRET}`, { ca: at.ca, ...patience })
      expect(told).to.deep.equal(delivery)
      expect(at.received, 'it was sent').to.have.length(1)
      expect(inspect(told, { depth: Infinity, showHidden: true })).not.to.contain(SECRET)
    })

  it('sends nothing where the certificate is not trusted', async () => {
    for (const trust of [{}, { ca: rootCertificates[0] ?? '' }]) {
      const told = await send(`https://${at.host}/${SECRET}`, trust)
      expect(told).to.have.property('kind', 'failed')
      expect(told)
        .to.have.property('why')
        .that.matches(/^the connection failed \([A-Z_]+\)$/)
    }
    expect(at.received).to.deep.equal([])
  })

  it('tells of hosts that are not there, and of addresses that are none, without naming them', async () => {
    const { host } = at
    await at.close()
    const told = await Promise.all([
      send(`https://${host}/${SECRET}`),
      send(`https://${SECRET}.invalid/`),
      send(`gotify://host/${SECRET}`),
    ])
    expect(told.map(({ kind }) => kind)).to.deep.equal(['failed', 'failed', 'refused'])
    expect(told[0]).to.have.property('why', 'the connection was refused')
    expect(JSON.stringify(told)).not.to.contain(SECRET)
    at = await openReceiver()
  })

  it('lets go at once when it is aborted', async () => {
    at.answer = 'hang'
    const stop = new AbortController()
    const sending = send(`https://${at.host}/`, { ca: at.ca, timeoutMs: 600_000 }, stop.signal)
    stop.abort()
    expect(await sending).to.have.property('kind', 'failed')
  })
})
