import { expect } from 'chai'
import { createSlots } from '../../../adapters/proxmox/slots.ts'
import { startVirtualTime } from '../../builders/virtual-time.ts'
import { connected } from './connected.ts'

const LIMITS = { all: 4, ofNode: 2, longAfter: 1000 } as const
const { signal } = new AbortController()
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Requests that were let through, in order, and what ends each. */
function turns() {
  const slots = createSlots(LIMITS)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, node?: string, wanted = signal): Promise<void> =>
    slots.take(node, wanted).then(
      (end) => {
        begun.push(name)
        ends.set(name, end)
      },
      () => void begun.push(`${name} gave up`),
    )
  return { slots, begun, ask, end: (name: string) => ends.get(name)?.() }
}

describe('requests to one API host', () => {
  let backToRealTime: () => void
  before(() => (backToRealTime = startVirtualTime()))
  after(() => backToRealTime())
  const after1s = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LIMITS.longAfter + 1))

  it('are so many at once, in the order in which they were asked for', async () => {
    const { begun, ask, end } = turns()
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void ask(name)
    await settled()
    expect(begun.join('')).to.equal('abcd')
    end('b')
    end('b')
    await settled()
    expect(begun.join('')).to.equal('abcde')
  })

  it('of one node leave room for those of others', async () => {
    const { begun, ask } = turns()
    for (const name of ['a', 'b', 'c']) void ask(name, 'pve1')
    for (const name of ['d', 'e', 'f']) void ask(name, 'pve2')
    await settled()
    expect(begun.join('')).to.equal('abde')
  })

  it('that get no answer make room after a moment, and no more go to their node', async () => {
    const { begun, ask, slots, end } = turns()
    for (const name of ['a', 'b', 'c']) void ask(name, 'pve1')
    for (const name of ['d', 'e', 'f', 'g', 'h']) void ask(name)
    await settled()
    expect(begun.join('')).to.equal('abde')
    await after1s()
    expect(begun.join('')).to.equal('abdefgh')
    expect(slots.now('pve1'), 'pve1 has enough under way').to.equal(undefined)
    end('a')
    await settled()
    expect(begun).to.include('c')
    // The turn that they have lost to others they don't give back a second time.
    for (const name of ['b', 'd', 'e']) end(name)
    for (const name of ['i', 'j']) void ask(name)
    await settled()
    expect(begun.join('')).to.equal('abdefghc')
  })

  it('that nobody waits for any longer take no turn', async () => {
    const { begun, ask, end } = turns()
    const stop = new AbortController()
    for (const name of ['a', 'b', 'c', 'd']) void ask(name)
    void ask('e', undefined, stop.signal)
    void ask('f')
    await settled()
    stop.abort(new Error('enough'))
    end('a')
    await settled()
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd', 'e gave up', 'f'])
  })

  it('that had their turn already begin beside others, which wait for them as for any', async () => {
    const { begun, ask, slots, end } = turns()
    for (const name of ['a', 'b', 'c', 'd']) void ask(name)
    await settled()
    const over = slots.anyway('pve1')
    for (const name of ['e', 'f']) void ask(name)
    end('a')
    await settled()
    expect(begun.join('')).to.equal('abcd')
    over()
    await settled()
    expect(begun.join('')).to.equal('abcde')
  })

  it('open no more connections than that, however many there are', async () => {
    const at = await connected({ 'GET /nodes/pve1/qemu': { data: [] } })
    try {
      await Promise.all(Array.from({ length: 200 }, () => at.proxmox.machines.told('pve1', at.signal)))
      expect(at.api.got).to.have.length(200)
      expect(new Set(at.api.got.map(({ port }) => port)).size).to.be.at.most(16)
    } finally {
      await at.close()
    }
  })
})
