import { expect } from 'chai'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

const FILES = { 'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) }

describe('a Lanista that is stopped', () => {
  let lab: Lab
  afterEach(() => lab.close())

  it('has ended when the SDN lock is given back, and not before', async () => {
    lab = await openLab({ files: FILES })
    const { journal, world } = lab.simulator
    await journal.next({ method: 'POST', path: '/cluster/sdn/vnets' }, 'answered')
    expect(world.sdn.lock).not.to.equal(undefined)
    await lab.controller.stop(new Error('stopped by a test'))
    expect(world.sdn.lock).to.equal(undefined)
    expect(lab.writes().at(-1)).to.include({ method: 'DELETE', path: '/cluster/sdn/lock', status: 200 })
  })
})
