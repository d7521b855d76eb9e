import { expect } from 'chai'
import fc from 'fast-check'
import { BOX, layoutLab } from '../../../adapters/page/lab-layout.ts'
import type { RangeView, VmView } from '../../../model/api/range-view.ts'
import { madeUpViews } from '../../builders/made-up-views.ts'

const made = madeUpViews({ ranges: 1, vmsEach: 2, nodes: 1, now: 0 }).find(
  (view): view is RangeView => view.kind === 'Range',
)!
const [router, vm] = made.vms
const rangeOf = (addresses: readonly (string | undefined)[]): RangeView => ({
  ...made,
  vms: [
    router!,
    ...addresses.map((address, index): VmView => ({
      ...vm!,
      name: `vm${index}`,
      address,
    })),
  ],
})

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
const overlap = (one: Area, other: Area): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height

describe('the picture of a lab', () => {
  const addresses = fc.array(
    fc.option(
      fc
        .tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 253 }))
        .map(([vlan, octet]) => `10.3.${vlan}.${octet}`),
      {
        nil: undefined,
      },
    ),
    { maxLength: 60 },
  )

  it('has every VM once, in the panel of its VLAN, beside all others and on the paper, however wide that is', () => {
    fc.assert(
      fc.property(addresses, fc.integer({ min: 100, max: 4000 }), (all, paper) => {
        const layout = layoutLab(rangeOf(all), paper)
        const boxes = layout.panels.flatMap((panel) =>
          panel.boxes.map((box) => ({ ...box, width: panel.boxWidth, height: BOX.height, panel })),
        )
        expect(boxes.map(({ vm: { name } }) => name).toSorted()).to.deep.equal(
          all.map((_, index) => `vm${index}`).toSorted(),
        )
        for (const { panel, vm: shown, ...box } of boxes) {
          expect(shown.address?.split('.')[2]).to.equal(panel.vlan?.toString())
          expect(box.x >= panel.x && box.x + box.width <= panel.x + panel.width).to.equal(true)
          expect(box.y >= panel.y && box.y + box.height <= panel.y + panel.height).to.equal(true)
        }
        const areas: readonly Area[] = [layout.router, ...layout.panels]
        for (const [index, area] of areas.entries()) {
          expect(area.x + area.width).to.be.at.most(layout.width)
          expect(area.y + area.height).to.be.at.most(layout.height)
          for (const other of areas.slice(index + 1)) expect(overlap(area, other)).to.equal(false)
        }
        for (const [index, box] of boxes.entries())
          for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).to.equal(false)
      }),
    )
  })
})
