import { expect } from 'chai'
import type { MachineAudit } from '../../../model/machine-ports.ts'
import type { Drift } from '../../../model/range-spec.ts'
import { judgeDrift } from '../../../reconcilers/vm/judge-drift.ts'
import { machine } from '../../builders/fake-machines.ts'
import { vm } from '../../builders/range.ts'

const MAC = 'virtio=BC:24:11:00:00:01'
const FINE = { cores: '2', vcpus: '2', memory: '4096', balloon: '0', net0: `${MAC},bridge=r1,tag=10` }
const MOVED = { ...FINE, net0: `${MAC},bridge=vmbr0` }
const GROWN = { ...FINE, memory: '8192' }
const NETWORKS = { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [10] }

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
})
