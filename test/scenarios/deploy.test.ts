import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const NODES = ['pve1', 'pve2', 'pve3'].map((name) => ({ name, cores: 16, memory_gib: 64 }))
const template = (name: string, vmid: number, node: string, storage = 'shared') => ({
  name,
  vmid,
  node,
  storage,
  disk_gib: 2,
})

/** Template 9102 is a second copy of 9002, on a disk that only pve2 has. The Windows templates still hold CDs. */
function templatesWorld(): World {
  const world = clusterFrom({
    nodes: NODES,
    storages: [
      { id: 'shared', shared: true },
      { id: 'fast', content: ['images'] },
      { id: 'local', content: ['iso', 'vztmpl', 'backup'] },
    ],
    templates: [
      template('debian-11-x64-server-template', 9001, 'pve1'),
      template('debian-12-x64-server-template', 9002, 'pve1'),
      template('debian-12-x64-server-template', 9102, 'pve2', 'fast'),
      template('win2022-server-x64-template', 9003, 'pve1'),
      template('win11-antisandbox-template', 9004, 'pve2'),
      template('macos-template', 9005, 'pve3'),
    ],
  })
  for (const vmid of [9003, 9004]) {
    const { config } = world.guests.get(vmid)!
    config.set('ide2', 'local:iso/setup.iso,media=cdrom,size=5G').set('sata1', 'none,media=cdrom').set('tags', 'golden')
  }
  return world
}

const JD = `ludus:
  - vm_name: "{{ range_id }}-dc"
    hostname: "{{ range_id }}-DC"
    template: win2022-server-x64-template
    vlan: 10
    ip_last_octet: 11
    ram_gb: 4
    ram_min_gb: 1.5
    cpus: 4
    full_clone: true
    windows: { sysprep: true }
    domain: { fqdn: jd.example, role: primary-dc }
    ansible_groups: ["{{ range_id }}_tier0"]
    target_node: pve1
  - vm_name: "{{ range_id }}-here"
    hostname: "{{ range_id }}-here"
    template: debian-12-x64-server-template
    vlan: 99
    ip_last_octet: 1
    ram_gb: 2
    cpus: 1
    linux: true
    target_node: pve2
  - vm_name: "{{ range_id }}-there"
    hostname: "{{ range_id }}-there"
    template: debian-12-x64-server-template
    vlan: 99
    ip_last_octet: 2
    ram_gb: 2
    cpus: 1
    linux: true
    target_node: pve3
  - vm_name: "{{ range_id }}-ws"
    hostname: "{{ range_id }}-ws"
    template: win11-antisandbox-template
    vlan: 20
    ip_last_octet: 21
    ram_gb: 8
    cpus: 2
    windows: {}
    target_node: pve2
  - vm_name: "{{ range_id }}-mac"
    hostname: "{{ range_id }}-mac"
    template: macos-template
    vlan: 20
    ip_last_octet: 22
    ram_gb: 4
    cpus: 2
    macOS: true
    target_node: pve3
defaults:
  target_node: pve1
ludus_extensions: { lanista: { range_number: 3 } }
`
const KT = `${rangeText([{ name: 'a', vlan: 7, octet: 1, targetNode: 'pve1' }])}
router:
  vm_name: "{{ range_id }}-gate"
  hostname: "{{ range_id }}-gate"
  template: debian-12-x64-server-template
  ram_gb: 1
  ram_min_gb: 0.75
  cpus: 1
  target_node: pve2
ludus_extensions: { lanista: { range_number: 4 } }
`

type Params = Readonly<Record<string, unknown>>

describe('a fresh VM', () => {
  let lab: Lab
  /** VMID -> MAC of `net0` as the clone had it, seen as the one configuration arrived. */
  const macs = new Map<number, string>()
  const macOf = (guest: Guest | undefined): string =>
    /=([0-9A-F:]{17})/.exec(String(guest?.config.get('net0')))?.[1] ?? ''

  before(async () => {
    lab = await openLab({ world: templatesWorld() })
    const { world, journal } = lab.simulator
    journal.listen(({ method, path }, phase) => {
      const vmid = Number(/^\/nodes\/[^/]+\/qemu\/(\d+)\/config$/.exec(path)?.[1])
      if (method === 'PUT' && phase === 'arrived') macs.set(vmid, macOf(world.guests.get(vmid)))
    })
    await Promise.all([lab.drop('JD.yml', JD), lab.drop('KT.yml', KT)])
    await lab.until(() => lab.ready('JD', 'KT'))
  })
  after(() => lab.close())

  const ofVm = (path: string, { newid }: Params, vmid: number): boolean =>
    newid === String(vmid) || path.includes(`/qemu/${vmid}/`)
  /** The writes of one VM in their order, with the MACs of its clone and the digest it was read with as words. */
  const writesOf = (vmid: number): readonly (readonly [string, Params])[] =>
    lab
      .writes()
      .filter(({ path, params }) => ofVm(path, params, vmid))
      .map(({ method, path, params }) => [`${method} ${path}`, inWords(params, macs.get(vmid) ?? '?')] as const)
  const inWords = (params: Params, mac: string): Params =>
    Object.fromEntries(
      Object.entries(params).map(([key, value]) => {
        if (key === 'digest') return [key, /^[0-9a-f]{40}$/.test(String(value)) ? 'as read' : value]
        return [key, key.startsWith('net') ? String(value).replace(mac, 'MAC') : value]
      }),
    )
  const groups = (...names: readonly string[]): readonly string[] => names
  /** What a VM's notes say before its configuration is written, and after. */
  const notes = (names: readonly string[], vmid: number, configured: boolean): string =>
    JSON.stringify({ groups: names, lanista: { range: names[0], vmid, configured } })
  /** What a VM on the node gets, from its clone on. */
  const three = (
    [templateVmid, at]: readonly [number, string],
    [vmid, node]: readonly [number, string],
    { groups: names, ...clone }: Params & { readonly groups: readonly string[] },
    config: Params,
  ) => [
    [
      `POST /nodes/${at}/qemu/${templateVmid}/clone`,
      {
        newid: String(vmid),
        ...(at === node ? {} : { target: node }),
        full: '0',
        description: notes(names, vmid, false),
        ...clone,
      },
    ],
    [`PUT /nodes/${node}/qemu/${vmid}/config`, { digest: 'as read', description: notes(names, vmid, true), ...config }],
    [`POST /nodes/${node}/qemu/${vmid}/status/start`, {}],
  ]

  itLong(
    'is a full clone on the storage and in the format configured where its file says full_clone, and costs three writes',
    () => {
      expect(writesOf(3_010_011)).to.deep.equal(
        three(
          [9003, 'pve1'],
          [3_010_011, 'pve1'],
          {
            name: 'JD-dc',
            pool: 'JD',
            groups: groups('JD', 'JD_test_range_network', 'JD_test_range_dc', 'JD_tier0'),
            full: '1',
            storage: 'shared',
            format: 'qcow2',
          },
          {
            cores: '4',
            vcpus: '4',
            memory: '4096',
            balloon: '1536',
            tablet: '1',
            tags: 'golden;jd;lanista',
            net0: 'virtio=MAC,bridge=r3,tag=10',
            delete: 'ide2,sata1',
          },
        ),
      )
    },
  )

  it('is else a linked clone, of the copy of its template on its own node before one that is cloned across', () => {
    const linked = (name: string) => ({ name, pool: 'JD', groups: groups('JD', 'JD_linux_endpoints') })
    const small = {
      cores: '1',
      vcpus: '1',
      memory: '2048',
      balloon: '0',
      tablet: '0',
      tags: 'jd;lanista',
      net0: 'virtio=MAC,bridge=r3,tag=99',
    }
    expect(writesOf(3_099_001), 'from the copy on pve2').to.deep.equal(
      three([9102, 'pve2'], [3_099_001, 'pve2'], linked('JD-here'), small),
    )
    expect(writesOf(3_099_002), 'from shared storage, as the other copy is out of reach').to.deep.equal(
      three([9002, 'pve1'], [3_099_002, 'pve3'], linked('JD-there'), small),
    )
  })

  it('has a card that an antisandbox template wants, with the MAC of its clone, and a tablet unless it is Linux', () => {
    expect(writesOf(3_020_021)).to.deep.equal(
      three(
        [9004, 'pve2'],
        [3_020_021, 'pve2'],
        { name: 'JD-ws', pool: 'JD', groups: groups('JD', 'JD_windows_endpoints') },
        {
          cores: '2',
          vcpus: '2',
          memory: '8192',
          balloon: '0',
          tablet: '1',
          tags: 'golden;jd;lanista',
          net0: 'e1000=MAC,bridge=r3,tag=20',
          delete: 'ide2,sata1',
        },
      ),
    )
    expect(writesOf(3_020_022)).to.deep.equal(
      three(
        [9005, 'pve3'],
        [3_020_022, 'pve3'],
        { name: 'JD-mac', pool: 'JD', groups: groups('JD', 'JD_macos_endpoints') },
        {
          cores: '2',
          vcpus: '2',
          memory: '4096',
          balloon: '0',
          tablet: '1',
          tags: 'jd;lanista',
          net0: 'virtio=MAC,bridge=r3,tag=20',
        },
      ),
    )
    for (const vmid of [3_010_011, 3_099_001, 3_099_002, 3_020_021, 3_020_022, 3_001_254, 4_001_254, 4_007_001])
      expect(macOf(lab.simulator.world.guests.get(vmid)), String(vmid))
        .to.equal(macs.get(vmid))
        .and.not.equal('')
  })

  it("is the router by Ludus' defaults, with the NAT network first and then a NIC per VLAN in ascending order", () => {
    expect(writesOf(3_001_254)).to.deep.equal(
      three(
        [9002, 'pve1'],
        [3_001_254, 'pve1'],
        { name: 'JD-router-debian12-x64', pool: 'JD', groups: groups('JD', 'JD_router') },
        {
          cores: '2',
          vcpus: '2',
          memory: '2048',
          balloon: '512',
          tablet: '0',
          tags: 'jd;lanista',
          net0: 'virtio=MAC,bridge=ludusnat',
          net1: 'virtio,bridge=r3,tag=10',
          net2: 'virtio,bridge=r3,tag=20',
          net3: 'virtio,bridge=r3,tag=99',
        },
      ),
    )
  })

  it('is the router as the range file has it where it says so', () => {
    expect(writesOf(4_001_254)).to.deep.equal(
      three(
        [9102, 'pve2'],
        [4_001_254, 'pve2'],
        { name: 'KT-gate', pool: 'KT', groups: groups('KT', 'KT_router') },
        {
          cores: '1',
          vcpus: '1',
          memory: '1024',
          balloon: '768',
          tablet: '0',
          tags: 'kt;lanista',
          net0: 'virtio=MAC,bridge=ludusnat',
          net1: 'virtio,bridge=r4,tag=7',
        },
      ),
    )
  })

  it('has no install CD any more, and costs no request once it is as asked', async () => {
    const { world, journal, simulation } = lab.simulator
    const left = [3_010_011, 3_020_021].flatMap((vmid) => [...world.guests.get(vmid)!.config.values()])
    expect(left.filter((value) => String(value).includes('cdrom'))).to.deep.equal([])
    const since = simulation.clock.now()
    while ([...world.nodes.values()].some(({ published }) => published.at <= since)) await lab.sleep(1000)
    const before = journal.entries().length
    await lab.pass()
    const requests = journal.entries().slice(before)
    expect(requests.filter(({ method }) => method !== 'GET')).to.deep.equal([])
    expect(requests.filter(({ path }) => path.includes('/qemu/'))).to.deep.equal([])
    expect(requests.map(({ path }) => path)).to.include('/cluster/resources')
  })
})

describe('the VMs of all ranges', () => {
  itLong(
    'are made side by side, as many clones at once as a lane takes, and none waits for another range',
    async () => {
      const vms = ['a', 'b', 'c'].map((name, index) => ({ name, vlan: 10, octet: index + 1 }))
      const lab = await openLab({ storageLimits: { start: 2, most: 2 } })
      try {
        const { world, journal } = lab.simulator
        // Never answered, so that it stays in one of the two places for as long as the others need.
        const slow = (newid: unknown): boolean => newid === '1010001'
        const match = { method: 'POST', path: /\/clone$/, params: ({ newid }: Params) => slow(newid) }
        lab.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'hang' } })
        const underWay: { readonly before: number[]; readonly since: number[] } = { before: [], since: [] }
        let isSlow = false
        journal.listen(({ path, params }, phase) => {
          if (phase !== 'arrived' || !path.endsWith('/clone')) return
          if (slow(params['newid'])) isSlow = true
          else
            underWay[isSlow ? 'since' : 'before'].push(
              world.tasks.filter(({ type, end }) => type === 'qmclone' && end === undefined).length,
            )
        })
        const file = (number: number): string =>
          `${rangeText(vms)}ludus_extensions: { lanista: { range_number: ${number} } }\n`
        await Promise.all([lab.drop('JD.yml', file(1)), lab.drop('KT.yml', file(2))])
        const phases = () => ['JD', 'KT'].flatMap((id) => lab.controller.board.get(id)?.vms ?? [])
        await lab.until(() => phases().filter(({ phase }) => phase === 'running').length === 7)
        expect(lab.ready('KT')).to.equal(true)
        expect(phases().flatMap(({ name, phase }) => (phase === 'running' ? [] : [[name, phase]]))).to.deep.equal([
          ['JD-a', 'cloning'],
        ])
        expect(underWay.before.filter((others) => others > 1)).to.deep.equal([])
        expect(
          underWay.since.filter((others) => others > 0),
          'one place is left',
        ).to.deep.equal([])
      } finally {
        await lab.close()
      }
    },
  )
})
