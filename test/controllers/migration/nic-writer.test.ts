import { expect } from 'chai'
import { NicWriter } from '../../../controllers/migration/nic-writer.ts'
import type { ConfigPatch, MachineAudit } from '../../../model/machine-ports.ts'

const PLACE = { node: 'pve1', vmid: 100, key: 'net0' }
const BEFORE = 'virtio=BC:24:11:00:00:01,bridge=vmbr1001'
const AFTER = 'virtio=BC:24:11:00:00:01,bridge=r1'

/** A running VM whose NIC is on its VNet by its configuration, of which nobody is told whether it is plugged in. */
const audit = (traits: Partial<MachineAudit>): MachineAudit => ({
  vmid: 100,
  node: 'pve1',
  name: 'AB-a',
  paused: false,
  template: false,
  tags: [],
  config: { net0: AFTER },
  digest: 'd',
  running: true,
  lock: undefined,
  waiting: [],
  unplugged: [],
  untold: ['net0'],
  bridgesGone: [],
  ...traits,
})

describe('NicWriter', () => {
  it('calls no NIC there whose change waits for a boot, and writes it', async () => {
    const written: string[] = []
    const machines = {
      audit: () => Promise.resolve(audit({ waiting: written.length === 0 ? ['net0'] : [] })),
      configure: (_node: string, _vmid: number, { set }: ConfigPatch) => {
        written.push(String(set['net0']))
        return Promise.resolve()
      },
    }
    const writer = new NicWriter(machines, ['ludus'], new AbortController().signal)
    const put = await writer.put(PLACE, BEFORE, AFTER, () => Promise.resolve())
    expect([put, written]).to.deep.equal([{ kind: 'there', seen: false }, [AFTER]])
  })
})
