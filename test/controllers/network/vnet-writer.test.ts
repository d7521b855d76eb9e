import { expect } from 'chai'
import { VnetWriter } from '../../../controllers/network/vnet-writer.ts'
import type { ApplyProgress, SdnWriter } from '../../../model/network-ports.ts'
import { always } from '../../../model/permit.ts'
import { cluster } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'
import { quiet } from '../../builders/quiet.ts'
import { UNWATCHED } from '../../builders/unwatched.ts'

const PROGRESS: ApplyProgress = { upid: 'UPID:pve1:', through: new Map([['pve1', undefined]]), at: 'pve3' }
const { signal } = new AbortController()

describe('an apply of VNets', () => {
  const happened: string[] = []
  beforeEach(() => (happened.length = 0))
  const lock = {
    token: 'ours',
    nothingPending: true,
    released: async () => void happened.push('lock noted as released'),
  }
  const applied = (apply: SdnWriter['apply']) => {
    const proxmox = new FakeProxmox(cluster())
    const watch = { heldUp: ({ at }: Pick<ApplyProgress, 'at'>) => void happened.push(`held up at ${at}`) }
    const writer = new VnetWriter({ ...proxmox.sdn, apply }, proxmox.nics, watch, quiet, signal)
    return writer.apply({ vnets: ['r1'], reason: 'r1' }, lock, always(signal), UNWATCHED)
  }

  it('that stands at a node is told to who watches reloads, once it is left', async () => {
    const { kind } = await applied(async () => ({ kind: 'held-up', progress: PROGRESS }))
    expect(kind).to.equal('held-up')
    expect(happened).to.deep.equal(['lock noted as released', 'held up at pve3'])
  })

  it('releases the lock with its commit, which is noted then, also when it fails or is left later', async () => {
    const { kind } = await applied(async (_, __, { onCommitted }) => {
      onCommitted()
      happened.push('nodes reload')
      throw new Error('stopped')
    })
    expect(kind).to.equal('failed')
    expect(happened).to.deep.equal(['lock noted as released', 'nodes reload'])
  })

  it('that is refused releases no lock', async () => {
    await applied(() => Promise.reject(new Error('refused')))
    expect(happened).to.deep.equal([])
  })
})
