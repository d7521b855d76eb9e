import { once } from 'node:events'
import tls from 'node:tls'
import { expect } from 'chai'
import { lookAtCertificate } from '../../../adapters/proxmox/certificate.ts'
import { createCertificate } from '../../../adapters/simulator/certificate.ts'

describe('a look at a certificate', () => {
  it('asks for the name of the host, as requests do: what serves several shows the one of that name', async () => {
    const [any, ofName] = await Promise.all([createCertificate([]), createCertificate(['localhost'])])
    const server = tls.createServer({
      key: any.key,
      cert: any.cert,
      SNICallback: (name, done) =>
        name === 'localhost' ? done(null, tls.createSecureContext({ key: ofName.key, cert: ofName.cert })) : done(null),
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { signal } = new AbortController()
    const [byName, byAddress] = [
      await lookAtCertificate(`https://localhost:${port}`, signal),
      await lookAtCertificate(`https://127.0.0.1:${port}`, signal),
    ]
    server.close()
    expect([byName.fingerprint, byAddress.fingerprint]).to.deep.equal([ofName.fingerprint, any.fingerprint])
  })
})
