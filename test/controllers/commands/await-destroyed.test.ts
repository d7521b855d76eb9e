import { expect } from 'chai'
import { waitUntilGone } from '../../../controllers/commands/await-destroyed.ts'
import type { Condition } from '../../../model/condition.ts'
import type { DestroyOrder } from '../../../model/destroy-order.ts'
import { poolComment } from '../../../model/identity.ts'
import { cluster, rangeGuest } from '../../builders/cluster.ts'
import { FakeProxmox } from '../../builders/fake-proxmox.ts'

const ORDER: DestroyOrder = { rangeId: 'JD', at: 7, vms: [], file: undefined, carriedOut: false }
const VM = rangeGuest(1_010_001, 'JD', 'JD-a')

/** What the service at work does, look by look. */
interface Service {
  readonly order?: (look: number) => DestroyOrder | undefined
  readonly presence?: (look: number) => 'asked' | 'nobody'
  readonly ready?: (look: number) => Pick<Condition, 'reason' | 'message'> | undefined
  readonly isGone?: (look: number) => boolean
  readonly poolStays?: (look: number) => boolean
  /** The pool shows that Lanista made it. */
  readonly isMarked?: boolean
}

/** How the command ends beside it, what it prints, and after how many looks. */
async function beside({ order = () => ORDER, presence = () => 'asked', ready, isGone, poolStays, isMarked }: Service) {
  const poolComments = new Map(isMarked === true ? [['JD', poolComment('JD')]] : [])
  const proxmox = new FakeProxmox(cluster({ guests: [VM], pools: ['JD'], poolComments }))
  const lines: string[] = []
  let look = 1
  const clock = {
    sleep: () => {
      look += 1
      if (look > 10_000) throw new Error('it waits for ever')
      if (isGone?.(look) === true) {
        proxmox.machines.machines.clear()
        if (poolStays?.(look) !== true) proxmox.snapshot = { ...proxmox.snapshot, pools: [], poolComments: new Map() }
      }
      return Promise.resolve()
    },
  }
  const connected = {
    proxmox,
    destroyOrders: {
      read: async () => order(look),
      write: () => Promise.resolve(),
      clear: () => Promise.resolve(),
      list: async () => [],
    },
    presence: { ask: async () => presence(look), claim: () => Promise.reject(new Error('not asked')) },
    readyBefore: async () => {
      const said = ready?.(look)
      return new Map(said === undefined ? [] : [['JD', { type: 'Ready', status: 'False', ...said } as const]])
    },
  }
  const print = (line: string): void => void lines.push(line)
  const status = await waitUntilGone(ORDER, connected, clock, print, new AbortController().signal).catch(
    (error: unknown) => String(error),
  )
  return { status, said: lines.join('\n'), looks: look }
}

describe('lanista destroy, while another Lanista carries the order out', () => {
  it('ends well when nothing is left', async () => {
    expect(await beside({ isGone: (look) => look > 3 })).to.deep.include({ status: 0, said: 'range JD: destroyed' })
  })

  it('goes on until the pool is gone as well, unless whoever carries it out says that all is done', async () => {
    const isGone = (look: number): boolean => look > 3
    const late = await beside({ isGone, poolStays: (look) => look < 60 })
    expect([late.status, late.looks]).to.deep.equal([0, 60])
    expect(late.said).to.equal('range JD: still there: pool JD\nrange JD: destroyed')
    const stays = await beside({
      isGone,
      poolStays: () => true,
      order: (look) => (look < 10 ? ORDER : { ...ORDER, carriedOut: true }),
    })
    expect([stays.status, stays.looks]).to.deep.equal([0, 10])
    const forgotten = await beside({ isGone, poolStays: () => true, order: (look) => (look < 10 ? ORDER : undefined) })
    expect([forgotten.status, forgotten.looks]).to.deep.equal([0, 10])
  })

  it('ends when the pool stays of which whoever carries it out says that nothing is left', async () => {
    const { status } = await beside({
      isGone: (look) => look > 3,
      poolStays: () => true,
      ready: (look) => (look > 5 ? { reason: 'Absent', message: 'range JD: nothing of it is left' } : undefined),
    })
    expect(status).to.equal(0)
  })

  it('does not call a range destroyed of which something is left, whatever is said of it', async () => {
    const early = await beside({
      ready: () => ({ reason: 'Absent', message: 'range JD: nothing of it is left' }),
      isGone: (look) => look > 50,
    })
    expect([early.status, early.looks]).to.deep.equal([0, 51])
    const marked = await beside({
      isMarked: true,
      isGone: (look) => look > 3,
      poolStays: () => true,
      order: (look) => (look < 10 ? ORDER : undefined),
    })
    expect([marked.status, marked.said]).to.deep.equal([
      1,
      'range JD: still there: pool JD\n' +
        'range JD: the order is void, as its file was changed, or somebody took it back; what is left stays, and if it is to go, say so again',
    ])
  })

  it('goes on when what a status of before says was in the way is not any more', async () => {
    const { status } = await beside({
      ready: (look) => (look < 3 ? { reason: 'RemovalWaits', message: 'of before' } : undefined),
      isGone: (look) => look > 5,
    })
    expect(status).to.equal(0)
  })

  it('ends when the order is void, and says that what is left stays', async () => {
    const { status, said } = await beside({ order: (look) => (look < 4 ? ORDER : undefined) })
    expect(status).to.equal(1)
    expect(said).to.match(
      /^range JD: the order is void, as its file was changed, or somebody took it back; what is left/,
    )
    const another = await beside({ order: (look) => (look < 4 ? ORDER : { ...ORDER, at: 8 }) })
    expect(another.said).to.match(/the order is void/)
  })

  it('ends when the order can not be read any more', async () => {
    const order = (): DestroyOrder => {
      throw new Error("/state/destroy/JD.json can't be read (permission denied)")
    }
    expect((await beside({ order })).status).to.match(
      /the order was handed over, and can't be read any more: .*permission denied/,
    )
  })

  it('ends when the one at work says that it can not read the order, or that a person comes first', async () => {
    for (const reason of ['FileUnreadable', 'RemovalWaits', 'Invalid']) {
      const { status, said } = await beside({ ready: () => ({ reason, message: 'range JD: because' }) })
      expect([status, said]).to.deep.equal([
        1,
        'range JD: because\nthe order stays, and is carried out when that is out of the way',
      ])
    }
  })

  it('ends when the one at work has ended', async () => {
    const { status, said } = await beside({ presence: () => 'nobody' })
    expect(status).to.equal(1)
    expect(said).to.match(/the Lanista that was at work has ended; the order stays/)
  })

  it('ends when nothing has changed for long, whatever is the matter, and not while something does', async () => {
    const { status, said, looks } = await beside({
      ready: () => ({ reason: 'VmTrouble', message: 'range JD: it is odd' }),
    })
    expect([status, looks]).to.deep.equal([1, 601])
    expect(said).to.match(/^range JD: it is odd\nnothing has changed for 10 minutes; the order stays/)
    const slow = await beside({
      ready: (look) => ({ reason: 'Progressing', message: `range JD: ${Math.floor(look / 500)} are gone` }),
      isGone: (look) => look > 3000,
    })
    expect(slow.status).to.equal(0)
  })
})
