import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { ConfigValue, World } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText, type VmText } from './ranges.ts'

const ROUTER = 'JD-router-debian12-x64'
const vm = (name: string, octet: number, targetNode?: string): VmText => ({
  name,
  vlan: 10,
  octet,
  ...(targetNode === undefined ? {} : { targetNode }),
})

interface GuestText {
  readonly vmid: number
  readonly node: string
  readonly pool?: string
  readonly tags?: string[]
  readonly running?: boolean
}

/** The demo's three nodes with the guests that somebody else made, by name; the same name twice with a blank behind it. */
const worldWith = (guests: Readonly<Record<string, GuestText>>, tags: Readonly<Record<string, number>> = {}): World =>
  clusterFrom({
    vnets: Object.entries(tags).map(([name, tag]) => ({ name, tag, vlan_aware: true })),
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
    guests: Object.entries(guests).map(([name, guest]) => ({ name: name.trim(), memory_mib: 1024, ...guest })),
  })

describe('VMs that are there before Lanista', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const guest = (vmid: number) => lab.simulator.world.guests.get(vmid)
  const status = (name: string) => lab.controller.board.get('JD')?.vms.find((each) => each.name === name)
  const troubleOf = (name: string): string => status(name)?.trouble ?? ''
  /** What Lanista wrote, but for the networks. */
  const own = (): readonly string[] =>
    lab
      .writes()
      .filter(({ path, user }) => user?.startsWith('lanista') === true && !path.startsWith('/cluster/sdn'))
      .map(({ method, path }) => `${method} ${path}`)
  const configs = (vmids: readonly number[]): readonly (readonly [number, string | undefined, unknown, boolean])[] =>
    vmids.map((vmid) => {
      const { node, config, running } = guest(vmid) ?? {}
      return [vmid, node, Object.fromEntries(config ?? []), running !== undefined] as const
    })

  it('are taken as they are on whatever node and VMID when pool and name are right, and else left alone', async () => {
    const world = worldWith({
      [ROUTER]: { vmid: 105, node: 'pve3', pool: 'JD' },
      'JD-a': { vmid: 106, node: 'pve2', pool: 'JD', running: true, tags: ['theirs'] },
      'JD-b': { vmid: 107, node: 'pve2', pool: 'other', running: true },
      fileserver: { vmid: 1_010_003, node: 'pve1', running: true },
      'JD-d': { vmid: 1_010_004, node: 'pve3' },
      'JD-e': { vmid: 108, node: 'pve1', pool: 'JD' },
      'JD-e ': { vmid: 109, node: 'pve2', pool: 'JD' },
    })
    const there = [105, 106, 107, 108, 109, 1_010_003, 1_010_004]
    const text = rangeText([vm('a', 1, 'pve1'), vm('b', 2), vm('c', 3), vm('d', 4), vm('e', 5), vm('f', 6, 'pve1')])
    lab = await openLab({ world, settings: { auditMs: 20_000 } })
    const before = configs(there)
    await lab.drop('JD.yml', text)
    await lab.until(() => status('JD-f')?.phase === 'running' && status(ROUTER)?.phase === 'running')

    // Compared in their turn, and only told about: what somebody made is somebody's work.
    await lab.until(() => troubleOf('JD-a') !== '' && troubleOf(ROUTER) !== '')
    expect(troubleOf('JD-a')).to.match(
      /^vm JD-a: net0 is on vmbr0 .*; it lacks the tags lanista and jd, .* so it is only told/,
    )
    expect(status('JD-a')).to.include({ vmid: 106, node: 'pve2', phase: 'running' })
    expect(status('JD-a')?.why).to.equal('exists here and is never moved, although target_node says pve1')
    expect(status(ROUTER)).to.include({ vmid: 105, node: 'pve3' })

    for (const [name, message] of [
      [
        'JD-b',
        /^vm JD-b: VM 107 on pve2 has that name and is in pool other, not in pool JD; rename one of them, or move the VM into pool JD/,
      ],
      [
        'JD-c',
        /^vm JD-c: its VMID 1010003 belongs to fileserver on pve1, in no pool; move that guest to another VMID or set lanista\.vmid_base$/,
      ],
      [
        'JD-d',
        /^vm JD-d: its VMID 1010004 belongs to JD-d on pve3, in no pool; move it into pool JD if it is the range's, or rename it/,
      ],
      ['JD-e', /^vm JD-e: pool JD has 2 VMs of that name \(VMIDs 108, 109\); rename or remove all but one$/],
    ] as const) {
      expect(status(name)?.phase, name).to.equal('blocked')
      expect(troubleOf(name)).to.match(message)
    }
    expect(lab.controller.board.get('JD')?.conditions.at(-1)).to.include({ status: 'False', reason: 'VmBlocked' })

    const template = [...world.guests.values()].find(({ config }) => String(config.get('name')).startsWith('debian-12'))
    expect(own(), 'the start of the router that was off, and one new VM').to.have.members([
      `POST /nodes/${template?.node}/qemu/${template?.vmid}/clone`,
      'POST /nodes/pve1/qemu/1010006/status/start',
      'POST /nodes/pve3/qemu/105/status/start',
      'PUT /nodes/pve1/qemu/1010006/config',
    ])
    expect(configs(there)).to.deep.equal(
      before.map(([vmid, node, config, running]) => [vmid, node, config, running || vmid === 105]),
    )

    const person = personIn(lab.simulator)
    await person('PUT', '/nodes/pve2/qemu/107/config', { name: 'of-other' })
    await person('PUT', '/nodes/pve2/qemu/109/config', { name: 'JD-old' })
    await lab.until(() => ['JD-b', 'JD-e'].every((name) => status(name)?.phase === 'running'))
    expect(status('JD-b')).to.include({ vmid: 1_010_002 })
    expect(status('JD-e')).to.include({ vmid: 108, node: 'pve1' })
    expect(own().filter((call) => /\/qemu\/(107|109|1010003)\//.test(call))).to.deep.equal([])
  })

  // Ludus' playbook gives each router's NIC on the NAT network the tag 1.
  it('cost no write but the mark on their network when Ludus made the whole range as its file asks', async () => {
    const world = worldWith(
      {
        [ROUTER]: { vmid: 200, node: 'pve3', pool: 'JD', running: true },
        'JD-a': { vmid: 201, node: 'pve2', pool: 'JD', running: true },
      },
      { ludusnat: 16_777_215, r7: 7 },
    )
    const configure = (vmid: number, entries: Readonly<Record<string, ConfigValue>>): void => {
      for (const [key, value] of Object.entries({ cores: 2, vcpus: 2, memory: '2048', ...entries }))
        world.guests.get(vmid)!.config.set(key, value)
    }
    const nic = (last: string, where: string): string => `virtio=BC:24:11:00:00:${last},${where}`
    configure(200, { balloon: 512, net0: nic('01', 'bridge=ludusnat,tag=1'), net1: nic('02', 'bridge=r7,tag=10') })
    configure(201, { balloon: 0, net0: nic('03', 'bridge=r7,tag=10,firewall=1') })
    lab = await openLab({
      world,
      settings: { auditMs: 1000 },
      files: { 'JD.yml': `${rangeText([vm('a', 1)])}ludus_extensions: { lanista: { range_number: 7 } }\n` },
    })
    const compared = () => new Set(lab.simulator.journal.find({ path: /\/pending$/ }).map(({ path }) => path))
    await lab.until(() => lab.ready('JD') && compared().size === 2)
    await lab.pass()
    expect(lab.ready('JD')).to.equal(true)
    expect(lab.controller.board.get('JD')?.vms.map(({ vmid, remark }) => [vmid, remark])).to.deep.equal([
      [200, undefined],
      [201, undefined],
    ])
    expect(own()).to.deep.equal([])
    expect(lab.writes().map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'POST /cluster/sdn/lock',
      'PUT /cluster/sdn/vnets/r7',
      'PUT /cluster/sdn',
    ])
  })
})
