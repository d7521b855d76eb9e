import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { AclEntry, World } from '../../adapters/simulator/world.ts'
import type { Condition } from '../../model/condition.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'dc', vlan: 10, octet: 11 }])
const GROUP = { aclGroup: 'ludus_users' }

describe('the group that may use the networks of ranges', () => {
  let lab: Lab
  afterEach(() => lab.close())

  /** With the group, and the right to give it rights, unless left out. */
  function world({ group = true, right = true, acl = [] as readonly AclEntry[] } = {}): World {
    const made = clusterFrom({ templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'] })
    const { access } = made
    if (group) access.groups.set('ludus_users', new Set())
    access.roles.set('LanistaACL', { special: false, privileges: new Set(['Permissions.Modify']) })
    const zone = { path: '/sdn/zones/ludus', propagate: true } as const
    if (right) access.acl.push({ ...zone, type: 'user', ugid: 'lanista@pve', roleid: 'LanistaACL' })
    access.acl.push(...acl)
    return made
  }
  const open = async (made: World, settings = {}): Promise<void> => {
    lab = await openLab({ world: made, settings, files: { 'JD.yml': JD } })
    await lab.until(() => lab.ready('JD'))
  }
  const asked = (method: string) =>
    lab.simulator.journal.entries().filter((entry) => entry.method === method && entry.path === '/access/acl')
  const network = (): Condition | undefined =>
    lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'NetworkReady')

  it('is given its role on the VNet of the range once, and on nothing else', async () => {
    const made = world()
    await open(made, GROUP)
    expect(asked('PUT').map(({ params }) => params)).to.deep.equal([
      { path: '/sdn/zones/ludus/r1', groups: 'ludus_users', roles: 'PVESDNUser', propagate: '1' },
    ])
    expect(made.access.acl.filter(({ ugid }) => ugid === 'ludus_users')).to.have.length(1)
    expect(network()).to.include({ status: 'True', reason: 'Ok' })

    const [writes, reads] = [lab.writes().length, asked('GET').length]
    await lab.pass()
    expect(lab.writes()).to.have.length(writes)
    // Before a look and after it.
    expect(asked('GET')).to.have.length(reads + 2)
  })

  itLong('is left alone where it has inherited the role', async () => {
    const role = { type: 'group', ugid: 'ludus_users', roleid: 'PVESDNUser', propagate: true } as const
    await open(world({ acl: [{ path: '/sdn/zones/ludus', ...role }] }), GROUP)
    expect(asked('PUT')).to.deep.equal([])
  })

  itLong('is given nothing unless it is configured', async () => {
    await open(world())
    expect(asked('PUT')).to.deep.equal([])
  })

  it('goes without when Lanista may not give rights: the range runs, and the missing right is named', async () => {
    await open(world({ right: false }), GROUP)
    expect(network()).to.include({ status: 'True', reason: 'AclMissing' })
    expect(network()?.message)
      .to.match(
        /^acl \/sdn\/zones\/ludus\/r1: the group ludus_users was not given the role PVESDNUser, and the range runs/,
      )
      .and.include('lacks Permissions.Modify on /sdn/zones/ludus/r1')
      .and.include("pveum acl modify /sdn/zones/ludus --users 'lanista@pve'")
    await lab.pass()
    expect(network()).to.include({ status: 'True', reason: 'AclMissing' })
    expect(asked('PUT')).to.have.length(1)
  })

  itLong('goes without when there is no such group: the range runs, and the group is named', async () => {
    await open(world({ group: false }), GROUP)
    expect(network()).to.include({ status: 'True', reason: 'AclMissing' })
    expect(network()?.message).to.match(
      /group 'ludus_users' does not exist; create it with: pveum group add ludus_users;/,
    )
  })
})
