import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { Guest } from '../../adapters/simulator/world.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { isLong, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'

const A_VMID = 1_010_001
const LINKED = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const FILE = LINKED.replace('linux: true', 'linux: true\n    full_clone: true')

describe('a VM whose clone', () => {
  let lab: Lab
  /** A full clone takes a second for each GiB. */
  const open = async (diskGib: number, settings: Partial<PlanSettings> = {}): Promise<void> => {
    const templates = [
      { name: 'debian-11-x64-server-template', disk_gib: 4 },
      { name: 'debian-12-x64-server-template', disk_gib: diskGib },
    ]
    lab = await openLab({ world: clusterFrom({ templates }), settings, files: { 'JD.yml': FILE } })
  }
  afterEach(() => lab.close())

  const guest = (): Guest | undefined => lab.simulator.world.guests.get(A_VMID)
  const status = () => lab.controller.board.get('JD')?.vms.find(({ name }) => name === 'JD-a')
  const condition = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
  const clones = () =>
    lab.simulator.journal.find({ method: 'POST', path: /\/clone$/, params: ({ newid }) => Number(newid) === A_VMID })
  const volumes = () =>
    [...lab.simulator.world.storages.values()].flatMap((each) => each.volumes).filter(({ vmid }) => vmid === A_VMID)
  /** Own writes to VM a from then on, without what is left of the path. */
  const writes = (since = 0): readonly string[] =>
    lab
      .writes()
      .slice(since)
      .filter(
        ({ user, path, params }) =>
          user?.startsWith('lanista') && (path.includes(`/qemu/${A_VMID}`) || Number(params['newid']) === A_VMID),
      )
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/^\/nodes\/pve\d/, '').replace(/\d+\/clone/, 'template/clone')}`,
      )
  /** As `qm unlock` on the node's own shell, which is no call of the API. */
  const unlock = (): void => void guest()?.config.delete('lock')

  /** The node loses power in the middle of the clone, so that nobody cleans up, and comes back. */
  async function interrupt(): Promise<void> {
    await lab.until(() => guest()?.config.get('lock') === 'clone' && volumes().length === 1)
    const { node } = guest()!
    await lab.simulator.powerOff(node)
    await lab.until(() => lab.simulator.world.tasks.every(({ type, end }) => type !== 'qmclone' || end !== undefined))
    await lab.simulator.powerOn(node)
    // What follows need not take so long.
    await lab.drop('JD.yml', LINKED)
  }
  const told = (words: RegExp): Promise<void> => lab.until(() => words.test(status()?.trouble ?? ''))

  it('takes long is waited for, however long', async () => {
    await open(isLong ? 160 : 40)
    await lab.until(() => status()?.phase === 'cloning')
    const troubles = new Set<string | undefined>()
    lab.controller.board.onChange(() => troubles.add(status()?.trouble))
    await lab.until(() => lab.ready('JD'))
    expect([...troubles]).to.deep.equal([undefined])
    expect(writes()).to.deep.equal([
      'POST /qemu/template/clone',
      `PUT /qemu/${A_VMID}/config`,
      `POST /qemu/${A_VMID}/status/start`,
    ])
  })

  itLong('was interrupted is told with what to run, and cloned again once that is done', async () => {
    await open(120)
    await interrupt()
    await told(/interrupted/)
    const { node } = guest()!
    expect(status()?.trouble).to.equal(
      `vm JD-a: its clone was interrupted: VM ${A_VMID} is still locked by it (clone), and no clone runs on ${node}; ` +
        `Proxmox lets no API token unlock it: run as root on ${node}: ` +
        `qm unlock ${A_VMID} && qm destroy ${A_VMID} --destroy-unreferenced-disks 1; it is then cloned again`,
    )
    expect(status()?.phase).to.equal('blocked')
    expect(condition()).to.include({ status: 'False', reason: 'VmBlocked' })
    expect(writes()).to.deep.equal(['POST /qemu/template/clone'])

    const since = lab.writes().length
    unlock()
    await told(/left VM 1010001 on pve\d; remove that, and it is cloned again: qm destroy 1010001 /)
    expect(writes(since)).to.deep.equal([])
    await personIn(lab.simulator)('DELETE', `/nodes/${node}/qemu/${A_VMID}`, { 'destroy-unreferenced-disks': 1 })
    await lab.until(() => lab.ready('JD'))
    expect([clones().length, volumes().length]).to.deep.equal([2, 1])
  })

  itLong(
    'was interrupted is removed once it is unlocked, disk and all, and cloned again, where repair is on',
    async () => {
      await open(120, { repairClones: true })
      await interrupt()
      await told(
        /run as root on pve\d: qm unlock 1010001; Lanista then removes it and clones it again \(lanista.repair\)$/,
      )
      expect(writes()).to.deep.equal(['POST /qemu/template/clone'])
      const since = lab.writes().length
      unlock()
      await lab.until(() => lab.ready('JD'))
      expect(writes(since)).to.deep.equal([
        `DELETE /qemu/${A_VMID}`,
        'POST /qemu/template/clone',
        `PUT /qemu/${A_VMID}/config`,
        `POST /qemu/${A_VMID}/status/start`,
      ])
      expect(volumes()).to.have.length(1)
    },
  )

  itLong(
    'was interrupted is never removed once it has its name, and another VM in its place never at all',
    async () => {
      await open(4, { repairClones: true })
      await lab.until(() => lab.ready('JD'))
      const { node, config } = guest()!
      const person = personIn(lab.simulator)
      await person('POST', `/nodes/${node}/qemu/${A_VMID}/status/stop`)
      await lab.until(() => guest()?.running === undefined)
      lab.simulator.world.pools.get('JD')?.vms.delete(A_VMID)
      config.set('lock', 'clone')
      await told(/interrupted.* && qm destroy 1010001 /)
      const since = lab.writes().length
      unlock()
      await told(/its VMID 1010001 belongs to JD-a on pve\d, in no pool; move it into pool JD if it is the range's/)
      config.delete('name')
      await told(/VMID 1010001 belongs to a nameless guest; move that guest to another VMID/)
      expect(writes(since).filter((each) => each.startsWith('DELETE'))).to.deep.equal([])
      expect(guest()).not.to.equal(undefined)
    },
  )
})
