import { expect } from 'chai'
import fc from 'fast-check'
import { inOrderOfMove } from '../../../reconcilers/migration/order-of-move.ts'

const anyVms = fc.array(fc.record({ router: fc.boolean(), running: fc.boolean() }), { maxLength: 12 })

describe('the order in which the VMs of a range move', () => {
  it('has each of them once, those that are off first, and routers in the middle of the machines that run', () => {
    fc.assert(
      fc.property(anyVms, (all) => {
        const order = inOrderOfMove(all)
        expect([...order].sort(byPlace(all))).to.deep.equal(all)
        const machines = order.filter(({ router, running }) => router || running)
        const ofRouters = machines.flatMap(({ router }, index) => (router ? [index] : []))
        const before = ofRouters[0] ?? 0
        const after = machines.length - 1 - (ofRouters.at(-1) ?? machines.length - 1)
        if (ofRouters.length > 0) expect(before - after).to.be.within(0, 1)
        const lastOff = order.findLastIndex(({ router, running }) => !router && !running)
        expect(order.slice(0, lastOff + 1).every(({ router, running }) => !router && !running)).to.equal(true)
      }),
    )
  })
})

const byPlace =
  <T>(all: readonly T[]) =>
  (a: T, b: T): number =>
    all.indexOf(a) - all.indexOf(b)
