import http from 'node:http'
import { expect } from 'chai'
import fc from 'fast-check'
import { isInside, publicLookup } from '../../../adapters/notify/public-only.ts'
import { httpsNotifier } from '../../../adapters/notify/send.ts'
import { readAddress } from '../../../model/notify/notify-address.ts'
import { notification } from '../../builders/notification.ts'
import { runs } from '../../runner/long-runs.ts'

const { signal } = new AbortController()

/** Names of this machine, and ways to write its address. */
const HOSTS = [
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '0177.0.0.1',
  'localhost',
  'LOCALHOST.',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  '[::]',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
]
const SCHEMES = ['http', 'https', 'generic', 'generic+http', 'generic+https', 'ntfy']
const QUERIES = [
  '',
  '?disabletls=yes',
  '?scheme=http',
  '?template=json&$a=b',
  '?@Host=metadata.internal',
  '?@x%0d%0aHost=y&disabletls=yes',
  '?@Transfer-Encoding=chunked&disabletls=yes',
]

describe('an author of range files who means harm', () => {
  let server: http.Server
  let asked = 0
  let port = 0
  before(async () => {
    server = http.createServer((_, response) => {
      asked += 1
      response.end()
    })
    server.on('connection', () => (asked += 1))
    await new Promise<void>((resolve) => {
      server.listen(0, '::', resolve)
    })
    const address = server.address()
    port = address !== null && typeof address === 'object' ? address.port : 0
  })
  after(() => new Promise((resolve) => server.close(resolve)))

  it('reaches no service of this machine, however he writes its address', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SCHEMES),
        fc.constantFrom(...HOSTS),
        fc.constantFrom('/', '/a/b', '//x', '/..%2f'),
        fc.constantFrom(...QUERIES),
        async (scheme, host, path, query) => {
          const address = `${scheme}://${host}:${port}${path}${query}`
          const delivery = await httpsNotifier({ timeoutMs: 2000 }).send(address, notification(), signal)
          expect(delivery.kind, address).not.to.equal('delivered')
        },
      ),
      { numRuns: runs(300) },
    )
    expect(asked).to.equal(0)
  })

  it('does where the operator allows that host, and only that', async () => {
    const notifier = httpsNotifier({ privateHosts: ['127.0.0.1'], timeoutMs: 2000 })
    const address = (host: string) => `generic://${host}:${port}/?disabletls=yes`
    if (readAddress(address('127.0.0.1')).kind === 'usable')
      expect(await notifier.send(address('127.0.0.1'), notification(), signal)).to.deep.equal({ kind: 'delivered' })
    else
      expect(await notifier.send(`https://127.0.0.1:${port}/`, notification(), signal)).to.include({ kind: 'failed' })
    expect(asked).to.be.greaterThan(0)
    expect(await notifier.send(`https://localhost:${port}/`, notification(), signal)).to.include({ kind: 'refused' })
  })

  it('is told by the address that a name leads to', (done) => {
    publicLookup()('localhost', {}, (error) => {
      expect(error).to.include({ code: 'EPRIVATE' })
      done()
    })
  })

  for (const [name, addresses, goes] of [
    ['of the internet', ['1.1.1.1', '2606:4700::1111'], true],
    ['of the internet and of the inside', ['1.1.1.1', '10.0.0.1'], false],
    ['of the inside in IPv6 alone', ['1.1.1.1', 'fd00::1'], false],
    ['no addresses at all', [], false],
  ] as const)
    it(`${goes ? 'reaches' : 'does not reach'} a name that has addresses ${name}`, (done) => {
      const lookup = publicLookup((_, __, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      )
      lookup('some.example', { all: true }, (error, found) => {
        expect(error === null).to.equal(goes)
        if (goes) expect(found).to.have.length(addresses.length)
        else expect(error).to.include({ code: 'EPRIVATE' })
        done()
      })
    })

  for (const header of ['Host', 'connection', 'Content-Length', 'transfer-encoding', 'Upgrade', 'proxy-authorization'])
    it(`can not say the header ${header} of a request`, () =>
      expect(readAddress(`generic://some.example/?@${header}=x`)).to.include({ kind: 'unusable' }))

  for (const address of [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '192.0.2.254',
    '100.64.0.1',
    '255.255.255.255',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'ff02::1',
    '2002:7f00:1::',
  ])
    it(`counts ${address} among the addresses of the inside`, () => expect(isInside(address)).to.equal(true))
  for (const address of ['1.1.1.1', '172.32.0.1', '223.255.255.1', '2606:4700::1111', '2a00:1450:4001::1'])
    it(`counts ${address} among those of the internet`, () => expect(isInside(address)).to.equal(false))
})
