import { expect } from 'chai'
import { dataOf, rowsOf, startLab, type Lab } from './lab.ts'

describe("the simulator's rights", () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await startLab()
  })
  afterEach(() => lab.close())

  it('let the least-privileged token do its work, and refuse it a zone', async () => {
    const vnet = await lab.controller('POST', '/cluster/sdn/vnets', { vnet: 'r1', zone: 'ludus', tag: 1 })
    const pool = await lab.controller('POST', '/pools', { poolid: 'JD' })
    const zone = await lab.controller('POST', '/cluster/sdn/zones', { zone: 'own', type: 'simple' })
    expect([vnet.status, pool.status, zone.status]).to.deep.equal([200, 200, 403])
    expect(zone.reason).to.equal('Permission check failed (/sdn/zones, SDN.Allocate)')
  })

  it('shorten lists instead of refusing them', async () => {
    await lab.vnets(['r1', 1])
    lab.world.access.acl = lab.world.access.acl.filter((entry) => entry.path !== '/')
    expect(rowsOf(await lab.controller('GET', '/cluster/sdn/vnets'))).to.have.length(1)
    lab.world.access.acl = []
    expect(rowsOf(await lab.controller('GET', '/cluster/sdn/vnets'))).to.deep.equal([])
    const rows = rowsOf(await lab.controller('GET', '/cluster/resources'))
    expect(new Set(rows.map((row) => row['type']))).to.deep.equal(new Set(['node']))
  })

  it('say 403 before looking at parameters, but 500 before 403 for what does not exist', async () => {
    lab.world.access.acl = []
    const bad = await lab.controller('POST', '/cluster/sdn/vnets', { vnet: '!', zone: 'ludus', tag: 'x' })
    expect(bad.status).to.equal(403)
    expect((await lab.controller('DELETE', '/cluster/sdn/vnets/nosuch')).status).to.equal(500)
  })

  it('give a token with privilege separation only what both it and its user have', async () => {
    const { users, acl } = lab.world.access
    users.get('lanista@pve')?.tokens.set('sep', { secret: 'open', privsep: true, expire: 0 })
    const token = 'lanista@pve!sep=open'
    expect(dataOf(await lab.as(token, 'GET', '/access/permissions'))).to.deep.equal({})
    acl.push({ path: '/', type: 'token', ugid: 'lanista@pve!sep', roleid: 'PVEAuditor', propagate: true })
    const held = dataOf(await lab.as(token, 'GET', '/access/permissions', { path: '/vms' }))
    expect(held).to.deep.equal({
      '/vms': { 'Datastore.Audit': 1, 'Pool.Audit': 1, 'SDN.Audit': 1, 'Sys.Audit': 1, 'VM.Audit': 1 },
    })
  })

  it('reach VMs through their pool', async () => {
    const { access } = lab.world
    access.acl = [{ path: '/pool/JD', type: 'user', ugid: 'lanista@pve', roleid: 'PVEAuditor', propagate: true }]
    lab.world.pools.set('JD', { poolid: 'JD', comment: undefined, vms: new Set([9000]), storages: new Set() })
    const rows = rowsOf(await lab.controller('GET', '/cluster/resources', { type: 'vm' }))
    expect(rows.map((row) => row['vmid'])).to.deep.equal([9000])
  })

  it('let nobody hand out more than he has', async () => {
    const { access } = lab.world
    access.acl.push({ path: '/pool', type: 'user', ugid: 'lanista@pve', roleid: 'LanistaVM', propagate: true })
    const grant = { path: '/pool/JD', users: 'lanista@pve', roles: 'Administrator' }
    const answer = await lab.controller('PUT', '/access/acl', grant)
    expect(answer.reason).to.equal('ACL update failed: 400 Parameter verification failed.')
    expect(JSON.stringify(answer.body)).to.contain("requires 'Permissions.Modify' or superset of privileges")
  })
})
