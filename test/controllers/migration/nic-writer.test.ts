import { expect } from 'chai'
import { NicWriter } from '../../../controllers/migration/nic-writer.ts'
import type { ConfigPatch } from '../../../model/machine-ports.ts'
import type { NicLook } from '../../../model/nic-look.ts'

const PLACE = { node: 'pve1', vmid: 100, key: 'net0' }
const BEFORE = 'virtio=BC:24:11:00:00:01,bridge=vmbr1001'
const AFTER = 'virtio=BC:24:11:00:00:01,bridge=r1'

/** A running VM whose NIC is on its VNet by its configuration, of which nobody is told whether it is plugged in. */
const seen: NicLook = {
  running: true,
  lock: undefined,
  digest: 'd',
  nics: { net0: AFTER },
  waiting: [],
  unplugged: [],
  untold: ['net0'],
  agent: false,
}

describe('NicWriter', () => {
  it('calls no NIC there whose change waits for a boot, and writes it', async () => {
    const written: string[] = []
    const configure = (_node: string, _vmid: number, { set }: ConfigPatch) => {
      written.push(String(set['net0']))
      return Promise.resolve()
    }
    const nicLooks = {
      look: () => Promise.resolve({ ...seen, waiting: written.length === 0 ? ['net0'] : [] }),
      now: () => 0,
    }
    const parts = { machines: { configure }, nicLooks, clock: { sleep: () => Promise.resolve() } }
    const writer = new NicWriter(parts, ['ludus'], new AbortController().signal)
    const change = { expected: BEFORE, wanted: AFTER, onto: 'vnets' } as const
    const { kind } = await writer.put(PLACE, change, () => Promise.resolve(undefined))
    expect([kind, written]).to.deep.equal(['there', [AFTER]])
  })
})
