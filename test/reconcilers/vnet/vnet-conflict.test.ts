import { expect } from 'chai'
import fc from 'fast-check'
import { nearestFreeBase } from '../../../reconcilers/vnet/vnet-conflict.ts'

describe('the nearest free vxlan_tag_base', () => {
  const rows: readonly [string, number, readonly number[], number | undefined][] = [
    ['is the one there is where nothing is in the way', 5000, [5000, 5154], 5000],
    ['lies just above a low tag', 0, [1], 1],
    ['lies below a tag that is nearer to its upper end', 5000, [5150], 4996],
    ['lies above a tag that is nearer to its lower end', 5000, [5003], 5003],
    ['jumps over tags that lie close together', 0, [1, 100, 200, 300], 300],
    ['goes down from the highest', 16_777_061, [16_777_062], 16_776_908],
  ]
  for (const [situation, base, taken, expected] of rows)
    it(situation, () => expect(nearestFreeBase(base, taken)).to.equal(expected))

  it('is free, and none nearer is', () => {
    const anyTag = fc.integer({ min: 1, max: 900 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), fc.array(anyTag, { maxLength: 6 }), (base, taken) => {
        const isFree = (each: number) => each >= 0 && !taken.some((tag) => tag > each && tag <= each + 153)
        const found = nearestFreeBase(base, taken)!
        expect(isFree(found)).to.equal(true)
        for (let nearer = base; Math.abs(nearer - base) < Math.abs(found - base); nearer += 1)
          expect(isFree(nearer), String(nearer)).to.equal(false)
        for (let nearer = base; nearer >= 0 && Math.abs(nearer - base) < Math.abs(found - base); nearer -= 1)
          expect(isFree(nearer), String(nearer)).to.equal(false)
      }),
    )
  })
})
