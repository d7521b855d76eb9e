import { expect } from 'chai'
import fc from 'fast-check'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { rangeNumberOf } from '../../reconcilers/range-number.ts'
import { numberedVnets } from '../../reconcilers/vnet/numbered-vnets.ts'
import { cluster, deleted, rangeGuest, rangeVnet, vnet } from '../builders/cluster.ts'
import { settings } from '../builders/range.ts'

interface Row {
  readonly situation: string
  readonly seen?: Partial<Pick<ClusterSnapshot, 'vnets' | 'guests'>>
  readonly asked?: number | undefined
  readonly promised?: readonly (readonly [number, string])[]
  readonly reserved?: readonly number[]
  readonly vmidBase?: number
  /** A number, or the reason of the finding. */
  readonly gives: number | string
}

const vmOf = (id: string, vmid: number) => rangeGuest(vmid, id, `${id}-DC01`)
const two = { vnets: [rangeVnet(4, 'JD'), rangeVnet(3, 'JD')] }

const rows: readonly Row[] = [
  { situation: 'gives the lowest number to the first range', gives: 1 },
  { situation: 'keeps the number whose VNet carries its mark', seen: { vnets: [rangeVnet(7, 'JD')] }, gives: 7 },
  {
    situation: 'fills a gap that other ranges left',
    seen: { vnets: [rangeVnet(1, 'KL'), rangeVnet(3, 'MN')] },
    gives: 2,
  },
  { situation: 'leaves out reserved numbers', reserved: [1, 2], gives: 3 },
  {
    situation: 'leaves out unmarked VNets, made by Ludus or by hand',
    seen: { vnets: [vnet('r1', 1, undefined)] },
    gives: 2,
  },
  { situation: "leaves out VNets with a stranger's alias", seen: { vnets: [vnet('r1', 1, 'lab of Ann')] }, gives: 2 },
  { situation: 'leaves out what another range was promised in this turn', promised: [[1, 'KL']], gives: 2 },
  {
    situation: "leaves out the number that another range's VMs spell",
    seen: { guests: [vmOf('KL', 1_010_011)] },
    gives: 2,
  },
  {
    situation: 'leaves a number to the range whose mark its network carries, whoever has VMs of its VMIDs',
    seen: { vnets: [rangeVnet(1, 'KL')], guests: [vmOf('JD', 1_010_011)] },
    gives: 2,
  },
  {
    situation: "ignores a VM of that VMID which is nobody's",
    seen: { guests: [{ ...vmOf('KL', 1_010_011), tags: [] }] },
    gives: 1,
  },
  {
    situation: 'knows its number from its VMs when its VNet was deleted',
    seen: { guests: [vmOf('JD', 3_010_011)] },
    gives: 3,
  },
  {
    situation: 'keeps its number while the deletion of its VNet is pending',
    seen: { vnets: [deleted(rangeVnet(3, 'JD'))] },
    gives: 3,
  },
  {
    situation: 'believes its VNet more than VMIDs, which another vmid_base shifts',
    seen: { vnets: [rangeVnet(3, 'JD')], guests: [vmOf('JD', 3_010_011)] },
    vmidBase: 1_000_000,
    gives: 3,
  },
  {
    situation: 'takes the VMID base off before it reads a number',
    seen: { guests: [vmOf('JD', 503_010_011)] },
    vmidBase: 500_000_000,
    gives: 3,
  },
  { situation: 'gives the number asked for', asked: 9, gives: 9 },
  {
    situation: "gives an unmarked VNet's number to the range that asks for it",
    seen: { vnets: [vnet('r9', 9, undefined)] },
    asked: 9,
    gives: 9,
  },
  { situation: 'refuses a number that is reserved', asked: 9, reserved: [9], gives: 'NumberReserved' },
  {
    situation: 'keeps a number that was reserved later',
    seen: { vnets: [rangeVnet(9, 'JD')] },
    reserved: [9],
    gives: 9,
  },
  {
    situation: "refuses a number that another range's VNet carries",
    seen: { vnets: [rangeVnet(9, 'KL')] },
    asked: 9,
    gives: 'NumberTaken',
  },
  {
    situation: 'refuses a number that another range was promised',
    promised: [[9, 'KL']],
    asked: 9,
    gives: 'NumberTaken',
  },
  {
    situation: 'refuses to change the number of a range that lives',
    seen: { vnets: [rangeVnet(3, 'JD')] },
    asked: 4,
    gives: 'NumberChanged',
  },
  { situation: 'refuses to choose between two VNets with its mark', seen: two, gives: 'NumberAmbiguous' },
  { situation: 'lets the author choose between two VNets with its mark', seen: two, asked: 4, gives: 4 },
  { situation: 'refuses a third number when two VNets have its mark', seen: two, asked: 5, gives: 'NumberAmbiguous' },
  {
    situation: 'says so when all numbers are used up',
    seen: { vnets: Array.from({ length: 153 }, (_, index) => rangeVnet(index + 1, `R${index + 1}`)) },
    gives: 'NumbersExhausted',
  },
]

function numberIn({ seen = {}, asked, promised = [], reserved = [], vmidBase = 0 }: Partial<Row>): number | string {
  const plan = settings({ reservedNumbers: reserved, vmidBase })
  const { guests, ...snapshot } = cluster(seen)
  const given = rangeNumberOf('JD', asked, { networks: numberedVnets(snapshot), guests }, new Map(promised), plan)
  return 'number' in given ? given.number : given.finding.reason
}

describe('rangeNumberOf', () => {
  for (const row of rows) it(row.situation, () => expect(numberIn(row)).to.equal(row.gives))

  it('gives the same number whatever the order of VNets and guests', () => {
    const vnets = [rangeVnet(1, 'KL'), rangeVnet(5, 'JD'), vnet('r2', 2, undefined), rangeVnet(4, 'JD')]
    const guests = [vmOf('JD', 6_010_011), vmOf('KL', 6_010_012), vmOf('MN', 6_010_013), vmOf('JD', 8_010_011)]
    const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length })
    const asked = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined })
    fc.assert(
      fc.property(shuffled(vnets), shuffled(guests), asked, (v, g, asked) => {
        expect(numberIn({ seen: { vnets: v, guests: g }, asked })).to.equal(
          numberIn({ seen: { vnets, guests }, asked }),
        )
        expect(numberIn({ seen: { guests: g }, asked })).to.equal(numberIn({ seen: { guests }, asked }))
      }),
    )
  })
})
