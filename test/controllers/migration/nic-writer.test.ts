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

  const writerOf = (looks: readonly Partial<NicLook>[], configure: () => Promise<void>) => {
    const left = [...looks]
    const nicLooks = {
      look: () => Promise.resolve({ ...seen, untold: [], ...(left.length > 1 ? left.shift() : left[0]) }),
      now: () => 0,
    }
    const parts = { machines: { configure }, nicLooks, clock: { sleep: () => Promise.resolve() } }
    return new NicWriter(parts, ['ludus'], new AbortController().signal)
  }
  const CHANGE = { expected: BEFORE, wanted: AFTER, onto: 'vnets' } as const

  it('waits for Proxmox to plug in what an earlier life has written, and writes it no second time', async () => {
    const writes: string[] = []
    const configure = () => Promise.resolve(void writes.push('sent'))
    const writer = writerOf([{ waiting: ['net0'] }, { waiting: ['net0'] }, {}], configure)
    const { kind } = await writer.put(PLACE, CHANGE, () => Promise.resolve(undefined))
    expect([kind, writes]).to.deep.equal(['there', []])
  })

  it('sends nothing before that is noted, and nothing where it must not', async () => {
    const order: string[] = []
    const configure = () => Promise.resolve(void order.push('sent'))
    const before = { nics: { net0: BEFORE } }
    const noted = () => {
      order.push('noted')
      return Promise.resolve(undefined)
    }
    expect((await writerOf([before, {}], configure).put(PLACE, CHANGE, noted)).kind).to.equal('there')
    const refused = await writerOf([before], configure).put(PLACE, CHANGE, () => Promise.resolve('it is gone'))
    expect(refused).to.deep.equal({ kind: 'failed', why: 'it is gone' })
    expect(order).to.deep.equal(['noted', 'sent'])
  })
})
