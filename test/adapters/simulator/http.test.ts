import { connect } from 'node:tls'
import { expect } from 'chai'
import { scaledClock } from '../../../adapters/simulator/clock.ts'
import { controllerToken } from '../../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../../adapters/simulator/demo-cluster.ts'
import { startSimulator, type Simulator } from '../../../adapters/simulator/start-simulator.ts'
import { ask } from './ask.ts'
import { rowsOf } from './lab.ts'

describe('the simulated API over HTTPS', () => {
  let simulator: Simulator
  beforeEach(async () => {
    simulator = await startSimulator({ world: demoCluster(), clock: scaledClock(100) })
  })
  afterEach(() => simulator.close())

  it('answers a known token on every node', async () => {
    for (const url of Object.values(simulator.nodes)) {
      const answer = await ask(url, simulator.token, 'GET', '/version')
      expect(answer.status).to.equal(200)
      expect(answer.body).to.have.nested.property('data.release', '9.1')
    }
  })

  it('refuses a wrong secret with an empty 401 and closes the connection', async () => {
    const answer = await ask(simulator.url, 'root@pam!lab=wrong', 'GET', '/version')
    expect(answer).to.deep.equal({ status: 401, reason: 'Authentication failed!', body: null, connection: 'close' })
  })

  it('says 501 to an unknown path', async () => {
    const answer = await ask(simulator.url, simulator.token, 'GET', '/nosuchpath')
    expect(answer.status).to.equal(501)
    expect(answer.body).to.deep.equal({ data: null, message: "Method 'GET /nosuchpath' not implemented" })
  })

  it('names every wrong parameter', async () => {
    const answer = await ask(simulator.url, controllerToken(simulator.world), 'POST', '/cluster/sdn/vnets', {
      vnet: '1x',
      zone: 'ludus',
      tag: 'many',
      bogus: 1,
    })
    expect(answer.status).to.equal(400)
    expect(answer.body).to.have.property('errors').that.has.all.keys('vnet', 'tag', 'bogus')
  })

  it('keeps the tokens of a request out of its journal', async () => {
    await ask(simulator.url, simulator.token, 'POST', '/cluster/sdn/vnets', {
      vnet: 'r1',
      zone: 'ludus',
      tag: 1,
      'lock-token': 'sesame',
    })
    const secret = (simulator.token ?? '').split('=')[1] ?? 'none'
    const printed = JSON.stringify(simulator.journal.entries())
    expect(printed).to.contain('/cluster/sdn/vnets').and.not.contain('sesame')
    expect(printed).not.to.contain(secret)
  })

  it('shows of each node the certificate that the node itself shows, its own where each has one', async () => {
    const own = await startSimulator({ world: demoCluster(), clock: scaledClock(100), ownCertificates: true })
    try {
      for (const each of [simulator, own]) {
        const told = rowsOf(await ask(each.url, each.token, 'GET', '/nodes'))
        for (const [name, url] of Object.entries(each.nodes)) {
          expect(await fingerprintAt(url), name).to.equal(each.fingerprints[name])
          expect(told.find(({ node }) => node === name)).to.include({ ssl_fingerprint: each.fingerprints[name] })
        }
      }
      expect(new Set(Object.values(own.fingerprints)).size).to.equal(Object.keys(own.nodes).length)
      expect(new Set(Object.values(simulator.fingerprints)).size).to.equal(1)
    } finally {
      await own.close()
    }
  })
})

/** The certificate that is shown there. */
const fingerprintAt = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(url)
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '')
      socket.destroy()
    }).on('error', reject)
  })
