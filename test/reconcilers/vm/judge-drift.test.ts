import { expect } from 'chai'
import type { MachineAudit } from '../../../model/machine-ports.ts'
import type { Drift } from '../../../model/range-spec.ts'
import { judgeDrift } from '../../../reconcilers/vm/judge-drift.ts'
import { machine } from '../../builders/fake-machines.ts'
import { router, vm } from '../../builders/range.ts'

const MAC = 'virtio=BC:24:11:00:00:01'
const FINE = { cores: '2', vcpus: '2', memory: '4096', balloon: '0', net0: `${MAC},bridge=r1,tag=10` }
const MOVED = { ...FINE, net0: `${MAC},bridge=vmbr0` }
const GROWN = { ...FINE, memory: '8192' }
const NETWORKS = {
  rangeId: 'JD',
  names: { nat: 'ludusnat', range: 'r1', zones: ['ludus'], former: ['vmbr1000', 'vmbr1001'] },
  vlans: [10],
}

interface Row {
  readonly situation: string
  readonly config: Readonly<Record<string, string>>
  readonly read?: Partial<MachineAudit>
  readonly drift?: Partial<Drift>
  readonly writes?: Readonly<Record<string, string | number>>
  readonly trouble?: RegExp
  readonly remark?: RegExp
  readonly held?: boolean
}

const rows: readonly Row[] = [
  { situation: 'says and does nothing where all is as asked', config: FINE },
  {
    situation: 'corrects networks and tells of hardware by default',
    config: { ...GROWN, net0: MOVED.net0 },
    writes: { net0: FINE.net0 },
    remark:
      /^vm JD-DC01: memory is 8192 MiB, should be 4096 MiB; it is only told, as drift.hardware is report; change it/,
  },
  {
    situation: 'corrects hardware where that is asked for, and nothing else',
    config: { ...GROWN, net0: MOVED.net0 },
    drift: { networks: 'report', hardware: 'correct' },
    writes: { memory: 4096 },
    trouble:
      /net0 is on vmbr0 without VLAN, should be on r1 with VLAN 10; it is only told, as drift.networks is report/,
  },
  {
    situation: 'writes nothing to a VM that Ludus made',
    config: { ...GROWN, net0: MOVED.net0 },
    read: { tags: [] },
    drift: { hardware: 'correct' },
    trouble: /net0 is on vmbr0 .* lacks the tags lanista and jd, as if Ludus or a person made it.* add them/,
    remark: /memory is 8192 MiB/,
  },
  {
    situation: "writes nothing to a VM that is another range's by its tags",
    config: MOVED,
    read: { tags: ['kl', 'lanista'] },
    trouble: /net0 is on vmbr0/,
    remark: /tags is kl;lanista, should be with jd/,
  },
  {
    situation: 'moves no NIC from a bridge of the range to its VNet',
    config: { ...FINE, net0: `${MAC},bridge=vmbr1001,tag=10` },
    trouble:
      /^vm JD-DC01: net0 is on bridge vmbr1001, and its range is on VNet r1, .*move it .*lanista migrate run --range JD$/,
    held: true,
  },
  {
    situation: 'says the same of a VM that Ludus made, and of a NIC that the file does not know',
    config: { ...FINE, net0: `${MAC},bridge=vmbr1001,tag=10`, net3: 'e1000=BC:24:11:00:00:02,bridge=vmbr1001' },
    read: { tags: [] },
    trouble: /^vm JD-DC01: net0 is on bridge vmbr1001 and net3 is on bridge vmbr1001, [^;]*; [^;]*; move it[^;]*$/,
    held: true,
  },
  {
    situation: 'says nothing of a NIC that somebody put on the NAT bridge',
    config: { ...FINE, net1: 'virtio=BC:24:11:00:00:02,bridge=vmbr1000' },
  },
  {
    situation: 'waits with a locked VM',
    config: MOVED,
    read: { lock: 'backup' },
    trouble: /it is corrected when Proxmox' lock \(backup\) is gone$/,
    held: true,
  },
  {
    situation: 'does not wait for a lock where nothing is to be corrected',
    config: GROWN,
    read: { lock: 'backup' },
    remark: /memory is 8192 MiB/,
  },
  {
    situation: 'leaves a paused VM alone',
    config: MOVED,
    read: { running: true, paused: true },
    trouble: /corrected when it is no longer paused$/,
  },
  {
    situation: 'does not write a NIC whose card may change at the next boot',
    config: MOVED,
    read: { running: true, waiting: ['net0'] },
    trouble: /another change of it waits for the next boot.*qm reboot 1010011 on pve1$/,
  },
  {
    situation: 'tells of hardware that is as asked from the next boot on',
    config: FINE,
    read: { running: true, waiting: ['memory', 'cores', 'onboot'] },
    remark: /^vm JD-DC01: cores, memory: as asked from its next boot on; reboot it in Proxmox when it suits: qm reboot/,
  },
  {
    situation: 'tells of a NIC that is as asked from the next boot on, as the VM is not reachable before',
    config: FINE,
    read: { running: true, waiting: ['net0'] },
    trouble: /^vm JD-DC01: net0: as asked from its next boot on/,
  },
]

describe('what becomes of a difference', () => {
  for (const row of rows)
    it(row.situation, () => {
      const read = {
        ...machine(1_010_011, 'JD-DC01', { config: row.config, tags: ['jd', 'lanista'] }),
        waiting: [],
        unplugged: [],
        bridgesGone: [],
        ...row.read,
      }
      const drift: Drift = { networks: 'correct', hardware: 'report', ...row.drift }
      const judged = judgeDrift({ vm: vm('JD-DC01'), networks: NETWORKS, drift, read, known: new Map() })
      expect(judged.patch?.set).to.deep.equal(row.writes)
      if (judged.patch !== undefined) expect(judged.patch).to.include({ digest: '1' })
      expect(judged.trouble ?? '').to.match(row.trouble ?? /^$/)
      expect(judged.remark ?? '').to.match(row.remark ?? /^$/)
      expect(judged.held).to.equal(row.held ?? false)
    })

  it('says of a router whose node the NAT VNet has left what brings it back, which no apply does', () => {
    const config = { ...FINE, memory: '2048', balloon: '512', net0: `${MAC},bridge=ludusnat` }
    const made = machine(1_010_254, 'JD-router-debian11-x64', { config, tags: ['jd', 'lanista'], running: true })
    const natLacking = { [made.node]: "lacks vnet ludusnat, as it is not among zone nat's nodes (pve9)" }
    const judge = (running: boolean, names = { ...NETWORKS.names, natLacking }) =>
      judgeDrift({
        vm: router('JD'),
        networks: { ...NETWORKS, vlans: [], names },
        drift: { networks: 'correct', hardware: 'correct' },
        read: { ...made, running, waiting: [], unplugged: ['net0'], bridgesGone: ['ludusnat'] },
        known: new Map(),
      }).trouble
    expect(judge(true)).to.match(
      /^vm JD-router-debian11-x64: it runs and its node pve1 lacks vnet ludusnat, as .*; let that zone/,
    )
    expect(judge(true)).not.to.match(/pvesh|hangs on no bridge/)
    expect(judge(true, { ...NETWORKS.names, natLacking: {} })).to.match(/does not have ludusnat .*pvesh set/)
    expect(judge(false)).not.to.match(/lacks vnet/)
  })

  it('adds no NIC to a router beside one that a snapshot has brought back to the bridge of before', () => {
    const config = {
      ...FINE,
      memory: '2048',
      balloon: '512',
      net0: `${MAC},bridge=ludusnat`,
      net1: 'virtio=BC:24:11:00:00:02,bridge=vmbr1001,tag=10',
    }
    const made = machine(1_010_254, 'JD-router-debian11-x64', { config, tags: ['jd', 'lanista'] })
    const judge = (names: typeof NETWORKS.names | { nat: string; range: string; former: string[] }) =>
      judgeDrift({
        vm: router('JD'),
        networks: { ...NETWORKS, names },
        drift: { networks: 'correct', hardware: 'correct' },
        read: { ...made, waiting: [], unplugged: [], bridgesGone: [] },
        known: new Map(),
      })
    expect(judge(NETWORKS.names)).to.include({ patch: undefined, reason: 'NotMigrated' })
    expect(judge(NETWORKS.names).trouble).to.match(/: net1 is on bridge vmbr1001, and/)
    const onBridges = judge({ nat: 'ludusnat', range: 'vmbr9', former: ['vmbr1000', 'vmbr1001'] })
    expect(onBridges).to.include({ patch: undefined, reason: undefined })
    expect(onBridges.trouble).to.match(/net1 is on vmbr1001 .* made where ranges had VNets/)
  })

  it('keeps the VLAN of a router on the NAT network, and says where it lets it start no more', () => {
    const config = { ...FINE, memory: '2048', balloon: '512', net0: `${MAC},bridge=ludusnat,tag=1` }
    const read = {
      ...machine(1_010_254, 'JD-router-debian11-x64', { config, tags: ['jd', 'lanista'] }),
      waiting: [],
      unplugged: [],
      bridgesGone: [],
    }
    const judge = (natRefusesVlans?: true) =>
      judgeDrift({
        vm: router('JD'),
        networks: { ...NETWORKS, vlans: [], names: { ...NETWORKS.names, ...(natRefusesVlans && { natRefusesVlans }) } },
        drift: { networks: 'correct', hardware: 'correct' },
        read,
        known: new Map(),
      })
    expect(judge()).to.include({ patch: undefined, trouble: undefined })
    expect(judge(true).patch).to.equal(undefined)
    expect(judge(true).trouble).to.match(
      /^vm JD-router-debian11-x64: its net0 has VLAN 1 on ludusnat, .*: qm set 1010254 --net0 virtio=BC:24:11:00:00:01,bridge=ludusnat$/,
    )
  })
})
