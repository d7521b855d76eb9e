import { expect } from 'chai'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const GOES = `${JD}ludus_extensions: { lanista: { state: absent } }\n`

describe("a range's mark on a network that is not the range's", () => {
  let lab: Lab
  afterEach(() => lab.close())

  itLong("leaves somebody's VNet alone that has the range's alias, and says so", async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const person = personIn(lab.simulator)
    await person('POST', '/cluster/sdn/vnets', { vnet: 'annlab', zone: 'ludus', tag: 4711, alias: 'lanista range JD' })
    await person('PUT', '/cluster/sdn')
    await lab.until(() => lab.simulator.world.sdn.running.vnets.has('annlab'))
    await lab.drop('JD.yml', GOES)
    await lab.until(() => !lab.simulator.world.sdn.running.vnets.has('r1'))
    await lab.until(() => {
      const ready = lab.controller.board.get('JD')?.conditions.at(-1)
      return ready?.reason === 'NetworkLeft' && /vnet annlab/.test(ready.message)
    })
    expect(lab.simulator.world.sdn.running.vnets.has('annlab')).to.equal(true)
    expect(
      lab.writes().filter(({ path, user }) => /annlab/.test(path) && user?.startsWith('lanista') === true),
    ).to.deep.equal([])
    await person('PUT', '/cluster/sdn/vnets/annlab', { alias: 'of Ann', zone: 'ludus', tag: 4711 })
    await person('PUT', '/cluster/sdn')
    await lab.until(() => lab.controller.board.get('JD')?.conditions.at(-1)?.reason === 'Absent')
  })

  it('brings into force nothing that somebody has prepared under it', async () => {
    lab = await openLab()
    const theirs = { vnet: 'annlab', zone: 'ludus', tag: 4711, alias: 'lanista range JD' }
    await personIn(lab.simulator)('POST', '/cluster/sdn/vnets', theirs)
    await lab.drop('JD.yml', JD)
    await lab.until(() => {
      const network = lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'NetworkReady')
      return network?.reason === 'ForeignPending' && network.message.includes('vnet annlab (new)')
    })
    expect(lab.simulator.world.sdn.running.vnets.has('annlab')).to.equal(false)
  })
})
