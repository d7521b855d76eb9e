import { expect } from 'chai'
import { mayUse } from '../../scenarios/rights.ts'
import { dataOf, type Lab, startLab } from './lab.ts'

/** As Proxmox' own source has it (pve-manager, API2/Nodes.pm): whole seconds in UTC and by the zone, for Sys.Audit on the node. */
describe('the time of a simulated node', () => {
  let lab: Lab
  before(async () => {
    lab = await startLab()
  })
  after(() => lab.close())

  const ask = (node = 'pve2') => lab.controller('GET', `/nodes/${node}/time`)

  it('is that of its own clock, in whole seconds', async () => {
    const now = lab.simulator.simulation.clock.now()
    const read = async (): Promise<Readonly<Record<string, unknown>>> => ({ ...Object(dataOf(await ask())) })
    expect(await read()).to.have.all.keys('timezone', 'time', 'localtime')
    lab.world.nodes.get('pve2')!.clockAheadMs = 3_600_000
    expect((await read())['time']).to.be.within(Math.floor(now / 1000) + 3600, Math.floor(now / 1000) + 3660)
  })

  it('is told to who has Sys.Audit there, and by no node that is off or is none', async () => {
    mayUse(lab.world, 'Sys.Audit', false)
    const refused = await ask()
    expect([refused.status, refused.reason]).to.deep.equal([403, 'Permission check failed (/nodes/pve2, Sys.Audit)'])
    mayUse(lab.world, 'Sys.Audit', true)
    expect((await ask('pve9')).status).to.equal(500)
    lab.world.nodes.get('pve3')!.online = false
    expect((await ask('pve3')).status).to.equal(595)
  })
})
