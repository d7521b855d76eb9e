import { expect } from 'chai'
import { always } from '../../../model/permit.ts'
import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { connectProxmox } from '../../../adapters/proxmox/connect.ts'
import { TrustingAgent, type TlsTrust } from '../../../adapters/proxmox/tls.ts'
import { UserError } from '../../../model/user-error.ts'
import { connected, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { fakeApi, type FakeApi } from './fake-api.ts'

const POOL = { 'POST /pools': { data: null } }

describe('trust in the API certificate', () => {
  let at: Connected
  let api: FakeApi
  /** The same scripted API, trusted in another way. */
  const trusting = async (tls: TlsTrust, url = api.url): Promise<Connected> => {
    at = await connected({}, { hosts: [url], tls })
    return at
  }
  beforeEach(async () => {
    api = await fakeApi(POOL)
  })
  afterEach(async () => {
    await at.close()
    await api.close()
  })

  it('refuses a certificate that no CA vouches for, sends nothing, and says what to set', async () => {
    const { proxmox, signal, clock } = await trusting({ kind: 'system' })
    const error = await failing(proxmox.pools.create('JD', '', always(signal)))
    expect(error.kind).to.equal('transport')
    expect(error.message).to.include('not trusted').and.include('lanista.proxmox.fingerprint')
    expect(api.got).to.deep.equal([])
    expect(clock.slept, 'trying again does not help').to.deep.equal([])
  })

  it('takes a certificate that the given CA vouches for', async () => {
    const { proxmox, signal } = await trusting({ kind: 'ca', pem: api.certificate })
    await proxmox.pools.create('JD', '', always(signal))
    expect(api.got).to.have.length(1)
  })

  it('refuses a certificate for another name, even from the given CA', async () => {
    const { proxmox, signal } = await trusting(
      { kind: 'ca', pem: api.certificate },
      api.url.replace('127.0.0.1', '127.0.0.2'),
    )
    // 127.0.0.2 may not be listened on: then it is no connection at all. Either way nothing is sent.
    expect((await failing(proxmox.pools.create('JD', '', always(signal)))).kind).to.equal('transport')
    expect(api.got).to.deep.equal([])
  })

  for (const [spelling, spell] of [
    ['with colons', (text: string) => text],
    ['in small letters without colons', (text: string) => text.replaceAll(':', '').toLowerCase()],
  ] as const)
    it(`takes the certificate of the given fingerprint ${spelling}, whoever signed it`, async () => {
      const { proxmox, signal } = await trusting({ kind: 'fingerprint', sha256: spell(api.fingerprint) })
      await proxmox.pools.create('JD', '', always(signal))
      expect(api.got).to.have.length(1)
    })

  it('takes the certificate of each host that is among several fingerprints, as each node has its own', async () => {
    const { proxmox, signal } = await trusting({ kind: 'fingerprint', sha256: ['AB:CD', api.fingerprint] })
    await proxmox.pools.create('JD', '', always(signal))
    expect(api.got).to.have.length(1)
  })

  it('refuses a certificate of another fingerprint, sends nothing, and tells both', async () => {
    const expected = api.fingerprint.replace(/^../, (first) => (first === '00' ? '11' : '00'))
    const { proxmox, signal, clock } = await trusting({ kind: 'fingerprint', sha256: expected })
    const error = await failing(proxmox.pools.create('JD', '', always(signal)))
    expect(error.kind).to.equal('transport')
    expect(error.message).to.include(expected).and.include(api.fingerprint)
    expect(api.got).to.deep.equal([])
    expect(clock.slept).to.deep.equal([])
  })

  it('refuses another fingerprint on every connection, not only on the first', async () => {
    const { proxmox, signal } = await trusting({ kind: 'fingerprint', sha256: 'AB'.repeat(32) })
    for (let index = 0; index < 3; index += 1) {
      await failing(proxmox.pools.create('JD', '', always(signal)))
      await at.clock.sleep(60_000)
    }
    expect(api.got).to.deep.equal([])
  })

  it('takes any certificate when told to, and warns at the start', async () => {
    const { proxmox, signal, logged } = await trusting({ kind: 'insecure' })
    expect(logged.join()).to.include('not verified')
    await proxmox.pools.create('JD', '', always(signal))
    expect(api.got).to.have.length(1)
  })

  it('never sends the token over plain http', async () => {
    at = await connected({})
    const settings = { hosts: ['http://127.0.0.1:8006'], token: 'a@pve!b=c', tls: { kind: 'system' } } as const
    expect(() => connectProxmox(settings, at.deps)).to.throw(UserError, 'http://127.0.0.1:8006')
    expect(() => connectProxmox({ ...settings, hosts: [] }, at.deps)).to.throw(UserError, 'proxmox_url')
  })

  it('gives up a handshake that never ends', async () => {
    const plain = net.createServer()
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve)
    })
    const address = plain.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    at = await connected(
      {},
      { hosts: [`https://127.0.0.1:${port}`], tls: { kind: 'insecure' }, timeouts: { connect: 50 } },
      [],
      'real',
    )
    const error = await failing(at.proxmox.pools.create('JD', '', always(at.signal)))
    expect(error.kind, 'a write that was never sent').to.equal('transport')
    expect(error.message).to.include('no connection within 0.05 s')
    plain.close()
  })

  it('lets go of a connection that is not used, before Proxmox would', async () => {
    at = await connected({})
    const agent = new TrustingAgent({ kind: 'insecure' }, 5000, 20)
    const request = https.get(`${api.url}/api2/json/version`, { agent })
    const socket: unknown = (await once(request, 'socket'))[0]
    if (!(socket instanceof net.Socket)) throw new Error('no socket')
    request.on('response', (response) => response.resume())
    await once(socket, 'close')
    expect(Object.keys(agent.freeSockets)).to.deep.equal([])
  })
})
