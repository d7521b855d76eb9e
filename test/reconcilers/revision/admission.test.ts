import { expect } from 'chai'
import * as fc from 'fast-check'
import type { FreezeAllowed } from '../../../model/freeze/freeze-window.ts'
import type { HeldRevision } from '../../../model/revision.ts'
import { admissionOf, type Arrival } from '../../../reconcilers/revision/admission.ts'
import { openWaveOf } from '../../../reconcilers/revision/waves.ts'

const held = (reason: HeldRevision['reason']): HeldRevision => ({ reason, message: `range JD: ${reason}` })

const standing = fc.constantFrom(
  { hasInForce: true, isNew: false },
  { hasInForce: false, isNew: false },
  { hasInForce: false, isNew: true },
)
const others = fc.record({
  isNewer: fc.boolean(),
  isReached: fc.boolean(),
  broken: fc.constantFrom(undefined, held('Invalid')),
  frozen: fc.option(
    fc.subarray<FreezeAllowed>(['drift', 'new']).map((allows) => ({ held: held('Frozen'), allows: new Set(allows) })),
    { nil: undefined },
  ),
  wave: fc.constantFrom(undefined, held('WaveHeld')),
})
const arrivals: fc.Arbitrary<Arrival> = fc.tuple(standing, others).map(([of, more]) => ({ ...of, ...more }))

describe('whether a newer content of a range file is acted on', () => {
  it('is never so while it is broken, or waits for its wave, and nothing ever keeps what is not in force', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const { kind } = admissionOf(arrival)
        if (arrival.isNewer && (arrival.broken ?? arrival.wave) !== undefined) expect(kind).not.to.equal('follow')
        if (!arrival.hasInForce) expect(kind).not.to.equal('keep')
      }),
    )
  })

  it('is so at once where nothing is in its way', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const free = { ...arrival, broken: undefined, frozen: undefined, wave: undefined }
        expect(admissionOf(free).kind).to.equal('follow')
      }),
    )
  })

  it('is so in a freeze only for a range of which there is nothing, where new ones are allowed', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        fc.pre(arrival.frozen !== undefined && arrival.isNewer)
        const isAllowed = (arrival.frozen?.allows.has('new') ?? false) && arrival.isNew
        if (!isAllowed) expect(admissionOf(arrival).kind).not.to.equal('follow')
      }),
    )
  })

  it('leaves a range alone in a freeze, unless it is still on its way, or drift is mended', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        fc.pre(arrival.frozen !== undefined && arrival.hasInForce)
        const isWorkedOn = !arrival.isReached || (arrival.frozen?.allows.has('drift') ?? false)
        expect(admissionOf(arrival).kind === 'rest').to.equal(!isWorkedOn)
      }),
    )
  })

  it('names what its author can mend first', () => {
    const all = {
      broken: held('Invalid'),
      wave: held('WaveHeld'),
      isNewer: true,
      hasInForce: true,
      isNew: false,
      isReached: true,
    }
    const frozen = { held: held('Frozen'), allows: new Set<FreezeAllowed>() }
    expect(admissionOf({ ...all, frozen })).to.deep.equal({ kind: 'rest', held: held('Invalid') })
    expect(admissionOf({ ...all, frozen, broken: undefined })).to.deep.equal({ kind: 'rest', held: held('Frozen') })
  })
})

describe('the wave that is open', () => {
  it('is the lowest with a range that is not done', () => {
    const members = fc.array(
      fc.record({ rangeId: fc.string({ minLength: 1 }), wave: fc.nat(99), isDone: fc.boolean() }),
    )
    fc.assert(
      fc.property(members, (all) => {
        const open = openWaveOf(all)
        const left = all.filter(({ isDone }) => !isDone)
        expect(open?.wave).to.equal(left.length === 0 ? undefined : Math.min(...left.map(({ wave }) => wave)))
        for (const id of open?.waitsFor ?? [])
          expect(left.some(({ rangeId, wave }) => rangeId === id && wave === open?.wave)).to.equal(true)
      }),
    )
  })
})
