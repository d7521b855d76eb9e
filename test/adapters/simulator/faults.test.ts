import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { dataOf, rowsOf, startLab, type Lab } from './lab.ts'
import { writeSdn } from '../../../adapters/simulator/sdn-state.ts'

describe("the simulator's faults", () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await startLab()
  })
  afterEach(() => lab.close())

  const match = { method: 'POST', path: '/cluster/sdn/vnets' }
  const create = () => lab.controller('POST', '/cluster/sdn/vnets', { vnet: 'r1', zone: 'ludus', tag: 1 })
  const count = async () => rowsOf(await lab.root('GET', '/cluster/sdn/vnets')).length
  const broken = async (answer: Promise<unknown>): Promise<boolean> =>
    answer.then(
      () => false,
      () => true,
    )

  it('cuts the connection before anything happened', async () => {
    const fault = lab.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'reset' } })
    expect(await broken(create())).to.equal(true)
    expect(await count()).to.equal(0)
    expect(fault.hits()).to.equal(1)
  })

  it('cuts the answer in the middle although it happened', async () => {
    lab.simulator.arm({ on: 'request', match, at: 'after', effect: { kind: 'reset' } })
    expect(await broken(create())).to.equal(true)
    expect(await count()).to.equal(1)
  })

  it('answers 596 although it happened, once, and then as usual', async () => {
    const effect = { kind: 'answer', status: 596, message: 'Connection timed out' } as const
    lab.simulator.arm({ on: 'request', match, at: 'after', effect })
    expect(await create()).to.deep.equal({
      status: 596,
      reason: 'Connection timed out',
      body: null,
      connection: 'close',
    })
    expect((await create()).reason).to.contain("sdn vnet object ID 'r1' already defined")
  })

  it('refuses connections to one node, which the others still reach', async () => {
    const open = await lab.simulator.refuse('pve2')
    const direct = await lab.root('GET', '/version', {}, 'pve2').catch((error: unknown) => error)
    expect(direct).to.have.property('code', 'ECONNREFUSED')
    expect((await lab.root('GET', '/nodes/pve2/version')).status).to.equal(200)
    await open()
    expect((await lab.root('GET', '/version', {}, 'pve2')).status).to.equal(200)
  })

  it('opens a node again as soon as whoever got its port meanwhile is done with it', async () => {
    const open = await lab.simulator.refuse('pve2')
    const port = Number(new URL(lab.simulator.nodes['pve2'] ?? '').port)
    const squatter = createServer().listen(port, '127.0.0.1')
    await once(squatter, 'listening')
    const opened = open()
    // What it asks for is refused by then.
    await new Promise((resolve) => setImmediate(resolve))
    squatter.close()
    await opened
    expect((await lab.root('GET', '/version', {}, 'pve2')).status).to.equal(200)
  })

  it('lets some calls pass, strikes some, then lets all pass', async () => {
    const effect = { kind: 'answer', status: 500, message: 'got no worker upid - start worker failed' } as const
    const get = { method: 'GET', path: '/version' }
    lab.simulator.arm({ on: 'request', match: get, at: 'before', skip: 1, times: 2, effect })
    const statuses = []
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await lab.root('GET', '/version')).status)
    expect(statuses).to.deep.equal([200, 500, 500, 200, 200])
  })

  it("slips in somebody else's pending change between two calls", async () => {
    lab.simulator.arm({
      on: 'request',
      match: { method: 'POST', path: '/cluster/sdn/lock' },
      at: 'before',
      effect: {
        kind: 'edit',
        edit: (world) => writeSdn(world, 'vnets', 'theirs', { type: 'vnet', zone: 'ludus', tag: 500 }),
      },
    })
    expect((await lab.controller('POST', '/cluster/sdn/lock')).reason).to.contain('configuration has pending changes')
  })

  it('fails a task with a given text', async () => {
    lab.simulator.arm({ on: 'task', type: 'reloadnetworkall', at: 'before', error: 'out of luck' })
    const upid = dataOf(await lab.controller('PUT', '/cluster/sdn'))
    expect(await lab.finish(upid)).to.equal('out of luck')
    expect(lab.log(upid)).to.deep.equal(['TASK ERROR: out of luck'])
  })

  it('never answers a hanging call', async () => {
    lab.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'hang' } })
    const answered = create().then(
      () => true,
      () => false,
    )
    const other = await lab.root('GET', '/version')
    expect(other.status).to.equal(200)
    await lab.simulator.close()
    expect(await answered).to.equal(false)
  })

  it('tells who waits for a request when it has arrived and been answered', async () => {
    const arrived = lab.simulator.journal.next(match, 'arrived')
    const answered = lab.simulator.journal.next(match)
    await create()
    expect(await arrived).to.include({ status: undefined, node: 'pve1', user: 'lanista@pve!lanista' })
    expect(await answered).to.include({ status: 200 })
    expect(lab.simulator.journal.find(match)).to.have.length(1)
  })
})
