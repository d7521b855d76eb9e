import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { Condition } from '../../model/condition.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([
  { name: 'dc', vlan: 10, octet: 11 },
  { name: 'web', vlan: 10, octet: 12 },
  { name: 'kali', vlan: 99, octet: 1 },
])

const TEMPLATES = ['debian-11-x64-server-template', 'debian-12-x64-server-template']

describe('a range whose zone is not in order', () => {
  let lab: Lab | undefined
  afterEach(() => lab?.close())

  const conditionOf = (type: string): Condition | undefined =>
    lab?.controller.board.get('JD')?.conditions.find((condition) => condition.type === type)

  /** As a person does it, with root's rights. */
  const pvesh = async (method: string, path: string, params: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { url, token } = lab!.simulator
    expect((await ask(url, token, method, path, params)).status).to.equal(200)
  }
  const byLanista = () => lab!.writes().filter(({ user }) => user?.startsWith('lanista@pve'))

  it('runs on the nodes that the zone reaches, and tells of the others until they are', async () => {
    const world = clusterFrom({ zone: { peers: ['10.98.0.1', '10.98.0.3'] }, templates: TEMPLATES })
    lab = await openLab({ world, files: { 'JD.yml': JD } })
    await lab.until(() => lab!.ready('JD'))
    expect([...world.guests.values()].filter(({ node, running }) => node === 'pve2' && running)).to.deep.equal([])
    expect(conditionOf('ZoneReady')).to.include({ status: 'True', reason: 'ZoneLacksPeer' })
    expect(conditionOf('ZoneReady')?.message).to.match(/pve2 \(10\.98\.0\.2\) is not among its peers/)

    await pvesh('PUT', '/cluster/sdn/zones/ludus', { peers: '10.98.0.1,10.98.0.3,10.98.0.2' })
    await pvesh('PUT', '/cluster/sdn')
    await lab.until(() => conditionOf('ZoneReady')?.reason === 'Ok')
    expect(byLanista().filter(({ path }) => path.startsWith('/cluster/sdn/zones'))).to.deep.equal([])
  })

  itLong('waits for a zone that is not there, and goes on by itself when a person has made it', async () => {
    const world = clusterFrom({ zone: null, templates: TEMPLATES })
    const role = { type: 'user', ugid: 'lanista@pve', roleid: 'LanistaSDN', propagate: true } as const
    world.access.acl.push({ path: '/sdn/zones/ludus', ...role })
    lab = await openLab({ world, files: { 'JD.yml': JD } })
    await lab.until(() => conditionOf('Ready')?.reason === 'ZoneMissing')
    expect(conditionOf('Ready')?.message).to.include('--zone ludus --peers 10.98.0.1,10.98.0.2,10.98.0.3 && pvesh set')
    expect(byLanista()).to.deep.equal([])

    await pvesh('POST', '/cluster/sdn/zones', { zone: 'ludus', type: 'vxlan', peers: '10.98.0.1,10.98.0.2,10.98.0.3' })
    await lab.until(() => conditionOf('Ready')?.reason === 'ZoneNotApplied')
    await pvesh('PUT', '/cluster/sdn')
    await lab.until(() => lab!.ready('JD'))
  })

  itLong(
    'tells that the reports of its nodes are hidden, not that there are none, without SDN.Audit on the zone',
    async () => {
      const world = clusterFrom({ templates: TEMPLATES })
      const { roles } = world.access
      const role = roles.get('LanistaSDN')!
      const audit = (has: boolean) =>
        roles.set('LanistaSDN', {
          special: role.special,
          privileges: new Set([...role.privileges].filter((each) => has || each !== 'SDN.Audit')),
        })
      audit(false)
      lab = await openLab({ world, files: { 'JD.yml': JD } })
      await lab.until(() => conditionOf('ZoneReady')?.reason === 'NotVisible')
      const told = conditionOf('ZoneReady')?.message
      expect(told).to.match(/^zone ludus: .*lacks SDN\.Audit on \/sdn\/zones\/ludus/)
      expect(told).to.include('pveum role modify LanistaSDN --append 1 --privs "SDN.Audit"').and.not.include('pvesh')
      audit(true)
      await lab.until(() => conditionOf('ZoneReady')?.reason === 'Ok')
    },
  )
})
