import { expect } from 'chai'
import { powerOffNode } from '../../../../adapters/simulator/power.ts'
import { guestBench, type Bench } from './bench.ts'

const clone = '/nodes/pve1/qemu/9000/clone'

describe('simulated guests of a cluster that loses nodes', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench()
    await bench.run('POST', clone, { newid: 710, name: 'on3', target: 'pve3' })
    powerOffNode(bench.sim, 'pve3')
  })
  afterEach(() => bench.close())

  it('cannot be read on the dead node: 595 after a while, without a body', async () => {
    const started = bench.clock.now()
    const reply = await bench.ask('GET', '/nodes/pve3/qemu/710/config')
    expect([reply.status, reply.reason]).to.deep.equal([595, 'No route to host'])
    expect(bench.clock.now() - started).to.equal(3000)
  })

  it('may be cloned onto the dead node, which is called a success', async () => {
    const task = await bench.run('POST', clone, { newid: 711, target: 'pve3' })
    expect(task.end?.status).to.equal('OK')
    expect(bench.guest(711).node).to.equal('pve3')
    expect((await bench.ask('POST', '/nodes/pve3/qemu/711/status/start')).status).to.equal(595)
  })

  it('being cloned on a node that dies stay locked: nobody is left to clean up', async () => {
    await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 720, full: 1 })
    await bench.clock.advance(200)
    powerOffNode(bench.sim, 'pve1')
    await bench.until(Promise.all(bench.world.tasks.map((task) => task.done)))
    expect(bench.guest(720).config.get('lock')).to.equal('clone')
    expect(bench.world.tasks.at(-1)?.end?.status).to.equal('unexpected status')
  })

  describe('without quorum', () => {
    beforeEach(() => powerOffNode(bench.sim, 'pve2'))

    const refused: readonly (readonly [string, string, string, Record<string, string | number>, RegExp])[] = [
      ['cloned', 'POST', clone, { newid: 712 }, /^cluster not ready - no quorum\?$/],
      ['created', 'POST', '/nodes/pve1/qemu', { vmid: 712 }, /^cluster not ready - no quorum\?$/],
      ['started', 'POST', '/nodes/pve1/qemu/9000/status/start', {}, /^cluster not ready - no quorum\?$/],
      [
        'configured',
        'PUT',
        '/nodes/pve1/qemu/9000/config',
        { description: 'x' },
        /^unable to open file '\/etc\/pve\/nodes\/pve1\/qemu-server\/9000\.conf\.tmp\.\d+' - Permission denied$/,
      ],
    ]
    for (const [what, method, path, params, reason] of refused)
      it(`cannot be ${what}`, async () => {
        const reply = await bench.ask(method, path, params)
        expect(reply.status).to.equal(500)
        expect(reply.reason).to.match(reason)
        expect(bench.guest(9000).config.has('description')).to.equal(false)
      })

    it('can be read', async () => {
      expect((await bench.ask('GET', '/nodes/pve1/qemu/9000/config')).status).to.equal(200)
    })
  })
})
