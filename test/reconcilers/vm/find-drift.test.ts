import { expect } from 'chai'
import fc from 'fast-check'
import type { MachineRead } from '../../../model/machine-ports.ts'
import type { VmSpec } from '../../../model/range-spec.ts'
import { configPatchOf } from '../../../reconcilers/vm/config-patch.ts'
import { differencesOf, type NicOfVlan, nicOfVlan } from '../../../reconcilers/vm/find-drift.ts'
import { isWired, rewired, wiringOf } from '../../../reconcilers/vm/nic-wiring.ts'
import { machine } from '../../builders/fake-machines.ts'
import { router, vm } from '../../builders/range.ts'

const MAC = 'virtio=BC:24:11:00:00:01'
const networksOf = (...vlans: readonly number[]) => ({
  rangeId: 'JD',
  names: { nat: 'ludusnat', range: 'r1' },
  vlans,
})
const HARDWARE = { cores: '2', vcpus: '2', memory: '4096', balloon: '0' }
const ROUTER = { cores: '2', vcpus: '2', memory: '2048', balloon: '512', net0: `${MAC},bridge=ludusnat` }
const TAGS = ['jd', 'lanista']
const read = (config: Readonly<Record<string, string>>, tags: readonly string[] = TAGS): MachineRead =>
  machine(1_010_011, 'JD-DC01', { config, tags })

describe('the wiring of a NIC', () => {
  const same: readonly (readonly [string, string])[] = [
    ['in the order that Lanista writes', `${MAC},bridge=r1,tag=10`],
    ['in any other order', `tag=10,${MAC},bridge=r1`],
    ['with options of a person', `${MAC},bridge=r1,firewall=1,tag=10,rate=5,link_down=1,mtu=1`],
    ['of another model', 'e1000=BC:24:11:00:00:01,bridge=r1,tag=10'],
    ['in the long form', 'model=virtio,macaddr=BC:24:11:00:00:01,bridge=r1,tag=10'],
  ]
  for (const [situation, text] of same)
    it(`is recognised ${situation}`, () => expect(isWired(text, { bridge: 'r1', vlan: 10 })).to.equal(true))

  const others: readonly (readonly [string, string])[] = [
    ['on another bridge', `${MAC},bridge=r2,tag=10`],
    ['on a bridge of another case', `${MAC},bridge=R1,tag=10`],
    ['with another VLAN', `${MAC},bridge=r1,tag=1`],
    ['without a VLAN', `${MAC},bridge=r1`],
    ['on no bridge', MAC],
  ]
  for (const [situation, text] of others)
    it(`is another one ${situation}`, () => expect(isWired(text, { bridge: 'r1', vlan: 10 })).to.equal(false))

  it('changes with model, MAC and all else kept', () => {
    const wanted = { bridge: 'r1', vlan: 10 }
    expect(rewired(`${MAC},bridge=vmbr0,firewall=1,tag=7,queues=4`, wanted)).to.equal(
      `${MAC},bridge=r1,tag=10,firewall=1,queues=4`,
    )
    expect(rewired(`${MAC},firewall=1`, wanted)).to.equal(`${MAC},bridge=r1,tag=10,firewall=1`)
    expect(rewired(`${MAC},bridge=r1,tag=10`, { bridge: 'ludusnat', vlan: undefined })).to.equal(
      `${MAC},bridge=ludusnat`,
    )
  })
})

interface Row {
  readonly situation: string
  readonly vm?: VmSpec
  readonly vlans?: readonly number[]
  readonly config: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly known?: NicOfVlan
  /** Each `key: is -> shouldBe = value`. */
  readonly differs: readonly string[]
}

const NIC10 = { net1: `${MAC},bridge=r1,tag=10` }
const rows: readonly Row[] = [
  { situation: 'as asked', config: { ...HARDWARE, net0: `${MAC},bridge=r1,tag=10,firewall=1` }, differs: [] },
  {
    situation: 'with memory in the form of a property string',
    config: { ...HARDWARE, memory: 'current=4096', net0: `${MAC},bridge=r1,tag=10` },
    differs: [],
  },
  {
    situation: 'without vcpus, which then are its cores',
    config: { cores: '2', memory: '4096', balloon: '0', net0: `${MAC},bridge=r1,tag=10` },
    differs: [],
  },
  {
    situation: 'with other hardware, with and without defaults of Proxmox',
    config: { memory: '8192', net0: `${MAC},bridge=r1,tag=10` },
    differs: [
      'cores: 1 -> 2 = 2',
      'vcpus: 1 -> 2 = 2',
      'memory: 8192 MiB -> 4096 MiB = 4096',
      'balloon: not set -> 0 MiB = 0',
    ],
  },
  {
    situation: 'on another bridge',
    config: { ...HARDWARE, net0: `${MAC},bridge=vmbr0,firewall=1` },
    differs: [`net0: on vmbr0 without VLAN -> on r1 with VLAN 10 = ${MAC},bridge=r1,tag=10,firewall=1`],
  },
  {
    situation: 'without its NIC',
    config: HARDWARE,
    differs: ['net0: missing -> on r1 with VLAN 10 = virtio,bridge=r1,tag=10'],
  },
  {
    situation: 'with a NIC that a person added',
    config: { ...HARDWARE, net0: `${MAC},bridge=r1,tag=10`, net1: `${MAC},bridge=vmbr0` },
    differs: [],
  },
  {
    situation: "with Lanista's tag and not the range's",
    config: { ...HARDWARE, net0: `${MAC},bridge=r1,tag=10` },
    tags: ['kl', 'lanista'],
    differs: ['tags: kl;lanista -> with jd = undefined'],
  },
  {
    situation: 'without tags, as Ludus makes them',
    config: { ...HARDWARE, net0: `${MAC},bridge=r1,tag=10` },
    tags: [],
    differs: [],
  },
  { situation: 'that is a router as asked', vm: router('JD'), config: { ...ROUTER, ...NIC10 }, differs: [] },
  ...['1', '7'].map((tag) => ({
    situation: `that is a router with the tag ${tag} on the NAT network, as Ludus or a person gave it`,
    vm: router('JD'),
    config: { ...ROUTER, net0: `${MAC},bridge=ludusnat,tag=${tag}`, ...NIC10 },
    differs: [],
  })),
  {
    situation: 'that is a router with a tag on another network than the NAT network',
    vm: router('JD'),
    config: { ...ROUTER, net0: `${MAC},bridge=vmbr0,tag=7`, ...NIC10 },
    differs: [`net0: on vmbr0 with VLAN 7 -> on ludusnat without VLAN = ${MAC},bridge=ludusnat`],
  },
  {
    situation: 'that is a router whose NICs are in no order',
    vm: router('JD'),
    vlans: [10, 20],
    config: { ...ROUTER, net1: `${MAC},bridge=r1,tag=20`, net5: `${MAC},bridge=r1,tag=10` },
    differs: [],
  },
  {
    situation: 'that is a router without a NIC for a VLAN below the others: none moves',
    vm: router('JD'),
    vlans: [5, 10, 20],
    config: { ...ROUTER, ...NIC10, net2: `${MAC},bridge=r1,tag=20` },
    differs: ['net3: missing -> on r1 with VLAN 5 = virtio,bridge=r1,tag=5'],
  },
  {
    situation: "that is a router with a person's NIC where the next one would be",
    vm: router('JD'),
    vlans: [10, 20, 30],
    config: { ...ROUTER, ...NIC10, net2: `${MAC},bridge=vmbr0` },
    differs: [
      'net3: missing -> on r1 with VLAN 20 = virtio,bridge=r1,tag=20',
      'net4: missing -> on r1 with VLAN 30 = virtio,bridge=r1,tag=30',
    ],
  },
  {
    situation: 'that is a router with a NIC of a VLAN that is no more',
    vm: router('JD'),
    config: { ...ROUTER, ...NIC10, net2: `${MAC},bridge=r1,tag=20` },
    differs: [],
  },
  {
    situation: 'that is a router with a NIC that was moved',
    vm: router('JD'),
    vlans: [10, 20],
    known: new Map([
      [10, 'net1'],
      [20, 'net2'],
    ]),
    config: { ...ROUTER, net1: `${MAC},bridge=vmbr0,firewall=1`, net2: `${MAC},bridge=r1,tag=20` },
    differs: [`net1: on vmbr0 without VLAN -> on r1 with VLAN 10 = ${MAC},bridge=r1,tag=10,firewall=1`],
  },
  {
    situation: 'that is a router with a NIC that was removed',
    vm: router('JD'),
    vlans: [10, 20],
    known: new Map([
      [10, 'net1'],
      [20, 'net2'],
    ]),
    config: { ...ROUTER, ...NIC10 },
    differs: ['net2: missing -> on r1 with VLAN 20 = virtio,bridge=r1,tag=20'],
  },
  {
    situation: 'that is a router whose NICs a person swapped',
    vm: router('JD'),
    vlans: [10, 20],
    known: new Map([
      [10, 'net1'],
      [20, 'net2'],
    ]),
    config: { ...ROUTER, net1: `${MAC},bridge=r1,tag=20`, net2: `${MAC},bridge=r1,tag=10` },
    differs: [],
  },
  {
    situation: 'that is a router whose every NIC is in use',
    vm: router('JD'),
    vlans: [10, 20],
    config: {
      ...ROUTER,
      ...NIC10,
      ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`net${index + 2}`, `${MAC},bridge=vmbr0`])),
    },
    differs: ['the NICs: all 32 in use -> one of them on r1 with VLAN 20 = undefined'],
  },
]

describe('the differences of a VM', () => {
  for (const row of rows)
    it(row.situation, () => {
      const { config, tags, known = new Map<number, string>(), vlans = [10] } = row
      const found = differencesOf(row.vm ?? vm('JD-DC01'), networksOf(...vlans), read(config, tags), known)
      expect(found.map(({ key, is, shouldBe, value }) => `${key}: ${is} -> ${shouldBe} = ${value}`)).to.deep.equal(
        row.differs,
      )
    })

  it('adds no NIC in the place of one that goes with the next boot', () => {
    const seen = { ...read({ ...ROUTER, ...NIC10 }), waiting: ['net2', 'memory'] }
    const found = differencesOf(router('JD'), networksOf(10, 20), seen, new Map())
    expect(found.map(({ key }) => key)).to.deep.equal(['net3'])
  })

  const anyVm = fc
    .record({
      cpus: fc.integer({ min: 1, max: 16 }),
      memoryMiB: fc.integer({ min: 512, max: 65_536 }),
      balloonMiB: fc.constantFrom(0, 512),
      template: fc.constantFrom('debian', 'win10-antisandbox-template'),
    })
    .chain((traits) => fc.constantFrom(vm('JD-DC01', traits), router('JD', traits)))
  const anyVlans = fc.uniqueArray(fc.integer({ min: 2, max: 255 }), { minLength: 1, maxLength: 31 })
  const anyConfig = fc.dictionary(
    fc.constantFrom('net0', 'net1', 'net2', 'net7', 'net31'),
    fc
      .record({ bridge: fc.constantFrom('r1', 'vmbr0', 'ludusnat'), tag: fc.integer({ min: 2, max: 255 }) })
      .map(({ bridge, tag }) => `${MAC},bridge=${bridge},tag=${tag},firewall=1`),
  )
  const written = (before: MachineRead, set: Readonly<Record<string, string | number>>): MachineRead => ({
    ...before,
    config: {
      ...before.config,
      ...Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)])),
    },
    tags: String(set['tags'] ?? before.tags.join(';')).split(';'),
  })

  it('are none once a configuration has been written', () => {
    fc.assert(
      fc.property(anyVm, anyVlans, anyConfig, (spec, unordered, config) => {
        const networks = networksOf(...unordered.toSorted((a, b) => a - b))
        const before = read(config)
        const after = written(before, configPatchOf(spec, networks, before).set)
        expect(differencesOf(spec, networks, after, new Map())).to.deep.equal([])
      }),
    )
  })

  it('are none once they have been corrected, and nothing that was right or foreign changes for it', () => {
    fc.assert(
      fc.property(anyVm, anyVlans, anyConfig, (spec, unordered, config) => {
        const networks = networksOf(...unordered.toSorted((a, b) => a - b))
        const before = read(config)
        const differences = differencesOf(spec, networks, before, new Map())
        if (differences.some(({ value }) => value === undefined)) return
        const carried = nicOfVlan(networks, before)
        for (const { key } of differences) {
          expect([...carried.values()]).not.to.include(spec.role === 'router' ? key : '')
          if (key.startsWith('net') && key !== 'net0') expect(before.config).not.to.have.property(key)
        }
        const after = written(before, Object.fromEntries(differences.map(({ key, value }) => [key, value ?? ''])))
        expect(differencesOf(spec, networks, after, new Map())).to.deep.equal([])
        const { vlan } = wiringOf(after.config['net0'] ?? '')
        const was = wiringOf(before.config['net0'] ?? '')
        const kept = was.bridge === 'ludusnat' ? was.vlan : undefined
        expect(vlan).to.equal(spec.role === 'router' ? kept : spec.address.vlan)
      }),
    )
  })
})
