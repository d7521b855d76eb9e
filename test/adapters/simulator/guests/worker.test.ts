import { expect } from 'chai'
import { scaledClock } from '../../../../adapters/simulator/clock.ts'
import { clusterFrom } from '../../../../adapters/simulator/cluster-from.ts'
import { startSimulator, type Simulator } from '../../../../adapters/simulator/start-simulator.ts'
import { ask } from '../ask.ts'
import { usualCluster } from './bench.ts'

const clone = '/nodes/pve1/qemu/9000/clone'

describe('a node too busy to start a worker', () => {
  let simulator: Simulator
  beforeEach(async () => {
    simulator = await startSimulator({ world: clusterFrom(usualCluster), clock: scaledClock(50) })
  })
  afterEach(() => simulator.close())

  it('refuses a clone, of which nothing happens, and takes it the next time', async () => {
    const message = 'got no worker upid - start worker failed'
    const fault = simulator.arm({
      on: 'request',
      match: { method: 'POST', path: clone },
      at: 'before',
      effect: { kind: 'answer', status: 500, message },
    })
    const refused = await ask(simulator.url, simulator.token, 'POST', clone, { newid: 301 })
    expect(refused).to.include({ status: 500, reason: message })
    expect(simulator.world.guests.has(301)).to.equal(false)
    expect(simulator.world.tasks).to.deep.equal([])
    expect(fault.hits()).to.equal(1)
    expect((await ask(simulator.url, simulator.token, 'POST', clone, { newid: 301 })).status).to.equal(200)
    await simulator.world.tasks[0]?.done
    expect(simulator.world.tasks[0]?.end?.status).to.equal('OK')
  })

  it('may fail a task before or after its work', async () => {
    simulator.arm({ on: 'task', type: 'qmclone', at: 'before', error: 'clone failed: no space left' })
    await ask(simulator.url, simulator.token, 'POST', clone, { newid: 301 })
    await simulator.world.tasks[0]?.done
    expect(simulator.world.tasks[0]?.end?.status).to.equal('clone failed: no space left')
    expect(simulator.world.guests.has(301)).to.equal(false)
  })
})
