import { expect } from 'chai'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

const JD = rangeText([
  { name: 'dc', vlan: 10, octet: 11 },
  { name: 'kali', vlan: 99, octet: 1, targetNode: 'pve2' },
])
const KT = rangeText([{ name: 'web', vlan: 20, octet: 5 }], 'defaults:\n  target_node: pve3\n')
const DEFAULTS = `defaults:
  snapshot_with_RAM: true
  stale_hours: 0
  ad_domain_functional_level: Win2012R2
  ad_forest_functional_level: Win2012R2
  ad_domain_admin: domainadmin
  ad_domain_admin_password: password
  ad_domain_user: domainuser
  ad_domain_user_password: password
  ad_domain_safe_mode_password: password
  timezone: America/New_York
  enable_dynamic_wallpaper: false
  target_node: pve3
`

const named = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.map(({ method, path }) => `${method} ${path}`)

describe('from files to running VMs', () => {
  let lab: Lab

  before(async () => {
    lab = await openLab({ files: { 'JD.yml': JD, 'KT.yml': KT } })
    await lab.until(() => lab.ready('JD', 'KT'))
  })
  after(() => lab.close())

  const guest = (name: string) => {
    const found = [...lab.simulator.world.guests.values()].filter((each) => each.config.get('name') === name)
    expect(found, `guests named ${name}`).to.have.length(1)
    return found[0]!
  }

  it('makes ludusnat, r1 and r2 under the SDN lock, and applies them once', () => {
    const sdn = lab.writes().filter(({ path }) => path.startsWith('/cluster/sdn'))
    expect(named(sdn)).to.deep.equal([
      'POST /cluster/sdn/lock',
      'POST /cluster/sdn/vnets',
      'POST /cluster/sdn/vnets',
      'POST /cluster/sdn/vnets',
      'PUT /cluster/sdn',
    ])
    const [locked, ...writes] = sdn.map(({ params }) => params)
    expect(locked, 'on condition that nothing is pending').to.deep.equal({})
    const token = writes[0]?.['lock-token'] ?? ''
    expect(token).not.to.equal('')
    expect(writes.at(-1)).to.deep.equal({ 'lock-token': token, 'release-lock': '1' })
    const vnets = writes.map(({ 'lock-token': held, ...params }) => (held === token ? params : 'without the token'))
    expect(vnets).to.deep.include.members([
      { vnet: 'ludusnat', zone: 'ludus', tag: '16777215', vlanaware: '1', alias: 'lanista nat' },
      { vnet: 'r1', zone: 'ludus', tag: '1', vlanaware: '1', alias: 'lanista range JD' },
      { vnet: 'r2', zone: 'ludus', tag: '2', vlanaware: '1', alias: 'lanista range KT' },
    ])
  })

  it('runs every VM on the node that was asked for, with the NICs of its role', () => {
    expect(guest('JD-kali').node).to.equal('pve2')
    expect(guest('KT-web').node).to.equal('pve3')
    expect(guest('KT-router-debian12-x64').node).to.equal('pve3')
    const nics = (name: string) =>
      [...guest(name).config]
        .filter(([key]) => key.startsWith('net'))
        .map(([key, value]) => `${key} ${String(value).replace(/=[0-9A-F:]{17}/, '')}`)
    expect(nics('JD-router-debian12-x64')).to.deep.equal([
      'net0 virtio,bridge=ludusnat',
      'net1 virtio,bridge=r1,tag=10',
      'net2 virtio,bridge=r1,tag=99',
    ])
    expect(nics('JD-dc')).to.deep.equal(['net0 virtio,bridge=r1,tag=10'])
    expect(nics('KT-web')).to.deep.equal(['net0 virtio,bridge=r2,tag=20'])
    for (const name of ['JD-router-debian12-x64', 'JD-dc', 'JD-kali', 'KT-router-debian12-x64', 'KT-web'])
      expect(guest(name).running, name).not.to.equal(undefined)
  })

  it('spends three writes on each VM and one on each pool', () => {
    const others = lab.writes().filter(({ path }) => !path.startsWith('/cluster/sdn'))
    expect(others).to.have.length(5 * 3 + 2)
  })

  /** Reads of one pass over all ranges, once every node has told the others about its guests. */
  const readsOfPass = async (): Promise<readonly string[]> => {
    const { world, simulation } = lab.simulator
    const since = simulation.clock.now()
    while ([...world.nodes.values()].some(({ published }) => published.at <= since)) await lab.sleep(1000)
    const before = lab.simulator.journal.entries().length
    await lab.pass()
    return named(lab.simulator.journal.entries().slice(before)).toSorted()
  }
  let reads: readonly string[] = []

  it('makes no write in the next pass', async () => {
    const before = lab.writes().length
    await lab.pass()
    expect(named(lab.writes().slice(before))).to.deep.equal([])
    reads = await readsOfPass()
    expect(reads).to.include('GET /cluster/resources')
  })

  it('creates only the VM that was added to a file', async () => {
    const before = lab.writes().length
    await lab.drop(
      'KT.yml',
      rangeText(
        [
          { name: 'web', vlan: 20, octet: 5 },
          { name: 'db', vlan: 20, octet: 6 },
        ],
        DEFAULTS,
      ),
    )
    await lab.until(() => lab.ready('KT') && lab.controller.board.get('KT')?.vms.length === 3)
    const vmid = guest('KT-db').vmid
    expect(named(lab.writes().slice(before))).to.have.members([
      `POST /nodes/pve1/qemu/${templateVmid()}/clone`,
      `PUT /nodes/pve3/qemu/${vmid}/config`,
      `POST /nodes/pve3/qemu/${vmid}/status/start`,
    ])
  })

  it('reports a file that was broken, and moves nothing', async () => {
    const before = lab.writes().length
    await lab.drop('JD.yml', `${JD}  - vm_name: [\n`)
    await lab.until(() => !lab.ready('JD'))
    const status = lab.controller.board.get('JD')!
    expect(status.conditions[0]).to.include({ type: 'SpecValid', status: 'False', reason: 'Invalid' })
    expect(status.conditions[0]?.message).to.match(/JD\.yml:\d+:\d+: /)
    expect(lab.ready('KT')).to.equal(true)
    await lab.pass()
    expect(named(lab.writes().slice(before))).to.deep.equal([])
  })

  it('gives a range that is dropped in while it runs the next number, with one apply more', async () => {
    const before = lab.writes().length
    await lab.drop('LX.yml', rangeText([{ name: 'srv', vlan: 5, octet: 5 }]))
    await lab.until(() => lab.ready('LX'))
    const sdn = lab
      .writes()
      .slice(before)
      .filter(({ path }) => path.startsWith('/cluster/sdn'))
    expect(named(sdn)).to.deep.equal(['POST /cluster/sdn/lock', 'POST /cluster/sdn/vnets', 'PUT /cluster/sdn'])
    expect(sdn[1]?.params).to.include({ vnet: 'r3', tag: '3' })
  })

  it('reads no more for three ranges than for two', async () => {
    await lab.drop('JD.yml', JD)
    await lab.until(() => lab.ready('JD', 'KT', 'LX'))
    expect(await readsOfPass()).to.deep.equal(reads)
  })

  it('keeps the VMs of a range whose file is gone', async () => {
    const before = lab.writes().length
    await lab.remove('KT.yml')
    await lab.until(() => !lab.ready('KT'))
    expect(lab.controller.board.get('KT')?.conditions[0]).to.include({ reason: 'FileMissing' })
    await lab.pass()
    expect(named(lab.writes().slice(before))).to.deep.equal([])
    expect(guest('KT-web').running).not.to.equal(undefined)
  })

  const templateVmid = (): number => guest('debian-12-x64-server-template').vmid
})
