import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import type { ConditionType } from '../../model/condition.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { hide, mayUse, show } from './rights.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const TEMPLATES = ['debian-11-x64-server-template', 'debian-12-x64-server-template']

/** The demo's nodes, with guests of others by name. */
const worldWith = (guests: Readonly<Record<string, { vmid: number; pool?: string }>>): World =>
  clusterFrom({
    templates: TEMPLATES,
    guests: Object.entries(guests).map(([name, guest]) => ({ name, node: 'pve2', memory_mib: 1024, ...guest })),
  })

describe('what Proxmox does not show', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const world = (): World => lab.simulator.world
  const conditionOf = (type: ConditionType, id = 'JD') =>
    lab.controller.board.get(id)?.conditions.find((each) => each.type === type)
  const readyIs = () => conditionOf('Ready')
  const notVisible = async (): Promise<string> => {
    await lab.until(() => /API token is not shown/.test(readyIs()?.message ?? ''))
    return readyIs()?.message ?? ''
  }
  /** What Lanista asked to be changed from so many writes on. */
  const writes = (from = 0): readonly string[] =>
    lab
      .writes()
      .filter(({ user }) => user?.startsWith('lanista') === true)
      .slice(from)
      .map(({ method, path }) => `${method} ${path}`)
  const ready = async (text = JD): Promise<number> => {
    lab = await openReadyLab({ 'JD.yml': text })
    return writes().length
  }

  const AUDITS = [
    ['VM.Audit', '/vms'],
    ['Pool.Audit', '/pool'],
  ] as const
  for (const [right, path] of cases(AUDITS, every(2)))
    it(`is not taken for absent when ${right} is missing: nothing is made, and it goes on by itself once that is given`, async () => {
      const made = openWorld()
      mayUse(made, right, false)
      lab = await openLab({ world: made, files: { 'JD.yml': JD } })
      const told = await notVisible()
      expect(told).to.include(`lacks ${right} on ${path}`).and.include('pveum')
      await lab.sleep(120_000)
      expect(writes()).to.deep.equal([])
      mayUse(world(), right, true)
      await lab.until(() => lab.ready('JD'))
    })

  itLong('is not taken for absent when SDN.Audit is missing: no VNet is written and nothing is applied', async () => {
    const made = openWorld()
    mayUse(made, 'SDN.Audit', false)
    lab = await openLab({ world: made, files: { 'JD.yml': JD } })
    expect(await notVisible()).to.match(/lacks SDN\.Audit on \/sdn\/\w+.*pveum/)
    await lab.sleep(120_000)
    expect(writes().filter((call) => !call.includes('/pools'))).to.deep.equal([])
    mayUse(world(), 'SDN.Audit', true)
    await lab.until(() => lab.ready('JD'))
  })

  it('is named when Datastore.Audit is missing and so a storage, and goes on by itself once that is given', async () => {
    const made = openWorld()
    mayUse(made, 'Datastore.Audit', false)
    lab = await openLab({ world: made, files: { 'JD.yml': JD } })
    await lab.until(() => conditionOf('MachinesReady')?.message?.includes('Datastore.Audit') === true)
    expect(conditionOf('MachinesReady')?.message).to.match(
      /; vm \S+: storage \S+ may be there and the API token is not shown it \(it lacks Datastore\.Audit on \/storage\), and as far as it is shown no node fits.*; grant it with: pveum [^;]*; this goes on by itself then$/,
    )
    expect(writes().filter((call) => call.includes('/clone'))).to.deep.equal([])
    mayUse(world(), 'Datastore.Audit', true)
    await lab.until(() => lab.ready('JD'))
  })

  itLong(
    'removes nothing of a range that is to go, says so, and goes on by itself once the right is given',
    async () => {
      const before = await ready()
      mayUse(world(), 'VM.Audit', false)
      await lab.drop('JD.yml', ABSENT)
      expect(await notVisible()).to.include('lacks VM.Audit on /vms')
      await lab.sleep(120_000)
      expect(writes(before)).to.deep.equal([])
      expect(world().sdn.configured.vnets.has('r1')).to.equal(true)
      mayUse(world(), 'VM.Audit', true)
      await lab.until(() => readyIs()?.reason === 'Absent')
      expect([...world().guests.values()].filter(({ config }) => config.get('template') === undefined)).to.deep.equal(
        [],
      )
    },
  )

  it("is no reason to clone a VM of Ludus' making a second time that is hidden in the range's pool", async () => {
    const made = worldWith({ 'JD-a': { vmid: 105, pool: 'JD' } })
    hide(made, '/vms/105')
    lab = await openLab({ world: made, files: { 'JD.yml': JD } })
    expect(await notVisible())
      .to.include('VM 105')
      .and.include('VM.Audit on /vms/105')
    await lab.sleep(120_000)
    expect(writes().filter((call) => call.includes('/clone'))).to.deep.equal([])
    show(world(), '/vms/105')
    await lab.until(() => lab.ready('JD'))
    expect([...world().guests.values()].filter(({ config }) => config.get('name') === 'JD-a')).to.have.length(1)
  })

  itLong('keeps a network on which a hidden guest of somebody else may have a NIC', async () => {
    await ready()
    const { guests } = world()
    const a = [...guests.values()].find(({ config }) => config.get('name') === 'JD-a')!
    guests.set(321, { ...a, vmid: 321, config: new Map([...a.config].filter(([key]) => key !== 'tags')) })
    hide(world(), '/vms/321')
    await lab.drop('JD.yml', ABSENT)
    expect(await notVisible()).to.match(/vnet r1: guests that the API token is not shown.*VM\.Audit on \/vms\/321/)
    await lab.sleep(120_000)
    expect(world().sdn.configured.vnets.has('r1')).to.equal(true)
    show(world(), '/vms/321')
    await lab.until(() => readyIs()?.reason === 'NetworkInUse')
  })

  itLong(
    'keeps a range from being called absent while a clone for it is under way that is in no pool yet',
    async () => {
      lab = await openLab({
        files: { 'JD.yml': JD },
        durations: { fullClonePerGib: 60 },
      })
      await lab.until(() => lab.ready('JD'))
      // As an earlier life left it: a clone that goes on, of a VM that no file names.
      const { guests } = world()
      const person = await cloneOf(lab, 1_010_009)
      await lab.drop('JD.yml', ABSENT)
      await lab.until(() => /VM 1010009 is still being cloned/.test(conditionOf('MachinesReady')?.message ?? ''))
      expect(world().sdn.configured.vnets.has('r1')).to.equal(true)
      expect(person.status).to.equal(200)
      await lab.until(() => guests.get(1_010_009)?.config.get('lock') === undefined)
      await lab.until(() => readyIs()?.reason !== 'Progressing')
      expect(readyIs()?.reason).not.to.equal('Absent')
    },
  )

  itLong('is named when a template is missing that may only be hidden', async () => {
    const made = openWorld()
    const template = [...made.guests.values()].find(({ config }) => config.get('name') === TEMPLATES[1])!
    hide(made, `/vms/${template.vmid}`)
    lab = await openLab({ world: made, files: { 'JD.yml': JD } })
    expect(await notVisible()).to.include(`lacks VM.Audit on /vms/${template.vmid}`)
    show(world(), `/vms/${template.vmid}`)
    await lab.until(() => lab.ready('JD'))
  })

  for (const release of cases([9, 8], every(2)))
    it(`is not committed with a change of ours: a pending change in a hidden zone (release ${release})`, async () => {
      const sound = openWorld()
      const made = release === 9 ? sound : { ...sound, version: { ...sound.version, release: '8.4' } }
      writeSdn(made, 'zones', 'theirs', { type: 'simple' })
      commitSdn(made)
      writeSdn(made, 'vnets', 'secret', { zone: 'theirs', type: 'vnet' })
      hide(made, '/sdn/zones/theirs')
      lab = await openLab({ world: made, files: { 'JD.yml': JD } })
      expect(await notVisible()).to.include('lacks SDN.Audit on /sdn/zones/theirs')
      await lab.sleep(120_000)
      expect(writes().filter((call) => call.includes('/sdn'))).to.deep.equal([])
      expect(world().sdn.running.vnets.has('secret')).to.equal(false)
      show(world(), '/sdn/zones/theirs')
      await lab.until(() => readyIs()?.reason === 'ForeignPending')
    })

  itLong(
    'is not activated: what is staged on a node that tells nothing of itself while it does what it is told',
    async () => {
      const made = openWorld()
      const pve3 = made.nodes.get('pve3')!
      pve3.silent = true
      pve3.stagedNetwork = new Map(pve3.network).set('vmbr9', { type: 'bridge', method: 'manual', autostart: 1 })
      lab = await openLab({ world: made, files: { 'JD.yml': JD } })
      await lab.until(() => readyIs()?.reason === 'ForeignStaged')
      expect(readyIs()?.message).to.include('node pve3')
      await lab.sleep(120_000)
      expect(pve3.network.has('vmbr9')).to.equal(false)
      expect(writes().filter((call) => call === 'PUT /cluster/sdn')).to.deep.equal([])
      pve3.stagedNetwork = undefined
      await lab.until(() => lab.ready('JD'))
    },
  )

  itLong('is not committed: a fabric that is pending, of which the lock says nothing', async () => {
    const made = openWorld()
    writeSdn(made, 'fabrics', 'fab1', { protocol: 'openfabric', ip_prefix: '10.99.0.0/24' })
    writeSdn(made, 'fabricNodes', 'fab1 pve1', { fabric_id: 'fab1', node_id: 'pve1', protocol: 'openfabric' })
    lab = await openLab({ world: made, files: { 'JD.yml': JD } })
    await lab.until(() => readyIs()?.reason === 'ForeignPending')
    expect(readyIs()?.message).to.include('fabric fab1 (new)').and.include('node pve1 of fabric fab1 (new)')
    await lab.sleep(120_000)
    expect(world().sdn.running.fabrics.has('fab1')).to.equal(false)
    commitSdn(world())
    await lab.until(() => lab.ready('JD'))
  })
})

const openWorld = (): World => worldWith({})

/** A person's full clone of the first template to a VMID of range 1, which is in no pool before its end. */
const cloneOf = async ({ simulator }: Lab, vmid: number) => {
  const template = [...simulator.world.guests.values()].find(({ config }) => config.get('template') !== undefined)!
  return personIn(simulator)('POST', `/nodes/${template.node}/qemu/${template.vmid}/clone`, {
    newid: vmid,
    name: 'JD-z',
    pool: 'JD',
    full: 1,
  })
}
