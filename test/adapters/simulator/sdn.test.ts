import { expect } from 'chai'
import { dataOf, recordOf, rowsOf, startLab, type Lab } from './lab.ts'

describe("the simulator's SDN", () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await startLab()
  })
  afterEach(() => lab.close())

  const apply = async (params: Record<string, string | number> = {}): Promise<unknown> =>
    dataOf(await lab.controller('PUT', '/cluster/sdn', params))
  const pending = async () => rowsOf(await lab.root('GET', '/cluster/sdn/vnets', { pending: 1 }))

  it('shows a new vnet as pending until an apply, and no longer as running', async () => {
    await lab.vnets(['r1', 1])
    expect(await pending()).to.deep.equal([
      { vnet: 'r1', type: 'vnet', digest: null, state: 'new', pending: { zone: 'ludus', tag: 1 } },
    ])
    expect(rowsOf(await lab.root('GET', '/cluster/sdn/vnets', { running: 1 }))).to.be.empty
    await lab.finish(await apply())
    expect(await pending()).to.deep.equal([{ vnet: 'r1', type: 'vnet', digest: null, zone: 'ludus', tag: 1 }])
  })

  it('shows changed, removed and deleted values apart', async () => {
    await lab.vnets(['r1', 1], ['r2', 2])
    await lab.root('PUT', '/cluster/sdn/vnets/r1', { alias: 'one' })
    await lab.finish(await apply())
    await lab.root('PUT', '/cluster/sdn/vnets/r1', { delete: 'alias', vlanaware: 1 })
    await lab.root('DELETE', '/cluster/sdn/vnets/r2')
    const [first, second] = await pending()
    expect(first).to.include({ state: 'changed', alias: 'one' })
    expect(first).to.have.deep.property('pending', { alias: 'deleted', vlanaware: 1 })
    expect(second).to.include({ vnet: 'r2', state: 'deleted', tag: 2 })
  })

  it("commits and rolls back everybody's changes", async () => {
    await lab.root('POST', '/cluster/sdn/vnets', { vnet: 'theirs', zone: 'ludus', tag: 500 })
    await lab.controller('POST', '/cluster/sdn/vnets', { vnet: 'ours', zone: 'ludus', tag: 501 })
    await lab.finish(await apply())
    expect((await pending()).map((row) => row['state'])).to.deep.equal([undefined, undefined])
    await lab.root('DELETE', '/cluster/sdn/vnets/theirs')
    await lab.controller('POST', '/cluster/sdn/rollback')
    expect((await pending()).map((row) => [row['vnet'], row['state']])).to.deep.equal([
      ['ours', undefined],
      ['theirs', undefined],
    ])
  })

  it('commits before the reload and takes new changes while it runs', async () => {
    await lab.vnets(['r1', 1])
    lab.simulator.arm({ on: 'reload', node: 'pve2', fails: false, takes: 60_000 })
    const task = await apply()
    await lab.vnets(['r2', 2])
    expect((await pending()).map((row) => row['state'])).to.deep.equal([undefined, 'new'])
    expect(await lab.finish(task)).to.equal('OK')
  })

  it('frees the tag of a vnet whose deletion is pending', async () => {
    await lab.vnets(['r1', 1])
    await lab.finish(await apply())
    await lab.root('DELETE', '/cluster/sdn/vnets/r1')
    const again = await lab.root('POST', '/cluster/sdn/vnets', { vnet: 'other', zone: 'ludus', tag: 1 })
    expect(again.status).to.equal(200)
  })

  it('refuses a tag used in another VXLAN zone, and one that is missing', async () => {
    await lab.root('POST', '/cluster/sdn/zones', { zone: 'second', type: 'vxlan', peers: '10.0.0.1' })
    await lab.vnets(['r1', 1])
    const twin = await lab.root('POST', '/cluster/sdn/vnets', { vnet: 'r2', zone: 'second', tag: 1 })
    expect(twin.reason).to.equal('create sdn vnet object failed: 400 Parameter verification failed.')
    expect(JSON.stringify(twin.body)).to.contain('vxlan tag 1 already exist in vnet r1 in zone ludus')
    const none = await lab.root('POST', '/cluster/sdn/vnets', { vnet: 'r2', zone: 'second' })
    expect(JSON.stringify(none.body)).to.contain('missing vxlan tag')
  })

  it('loses an alias with umlauts and keeps one with punctuation', async () => {
    await lab.vnets(['r1', 1], ['r2', 2])
    await lab.root('PUT', '/cluster/sdn/vnets/r1', { alias: 'Größe' })
    await lab.root('PUT', '/cluster/sdn/vnets/r2', { alias: 'lanista range (JD)' })
    const rows = rowsOf(await lab.root('GET', '/cluster/sdn/vnets'))
    expect(rows.map((row) => row['alias'])).to.deep.equal([undefined, 'lanista range (JD)'])
  })

  it('refuses a write against an old digest', async () => {
    await lab.vnets(['r1', 1])
    const digest = String(recordOf(await lab.root('GET', '/cluster/sdn/vnets/r1'))['digest'])
    await lab.vnets(['r2', 2])
    const late = await lab.root('PUT', '/cluster/sdn/vnets/r1', { alias: 'x', digest })
    expect(late.status).to.equal(500)
    expect(late.reason).to.contain('detected modified configuration')
  })

  describe('with the global lock', () => {
    const lock = async (params: Record<string, string | number> = {}) =>
      lab.controller('POST', '/cluster/sdn/lock', params)

    it('is refused while anything is pending, unless asked otherwise', async () => {
      await lab.vnets(['theirs', 500])
      expect((await lock()).reason).to.contain('configuration has pending changes')
      expect((await lock({ 'allow-pending': 1 })).status).to.equal(200)
    })

    it('lets only the holder of the token write', async () => {
      const token = String(dataOf(await lock()))
      const vnet = { vnet: 'r1', zone: 'ludus', tag: 1 }
      expect((await lab.root('POST', '/cluster/sdn/vnets', vnet)).reason).to.contain('invalid lock token provided!')
      expect((await lab.controller('POST', '/cluster/sdn/vnets', { ...vnet, 'lock-token': token })).status).to.equal(
        200,
      )
      expect((await lab.root('PUT', '/cluster/sdn')).reason).to.contain(
        'could not commit SDN config: invalid lock token',
      )
    })

    it('keeps the lock when release-lock is left out, whatever its documentation says', async () => {
      const token = String(dataOf(await lock()))
      await lab.finish(await apply({ 'lock-token': token }))
      expect(lab.world.sdn.lock).to.equal(token)
      await lab.finish(await apply({ 'lock-token': token, 'release-lock': 1 }))
      expect(lab.world.sdn.lock).to.equal(undefined)
    })

    it('can be broken by force', async () => {
      await lock()
      expect((await lab.root('DELETE', '/cluster/sdn/lock')).status).to.equal(500)
      expect((await lab.root('DELETE', '/cluster/sdn/lock', { force: 1 })).status).to.equal(200)
    })
  })
})
