import { expect } from 'chai'
import { leavingRanges } from '../../../reconcilers/removal/leaving-ranges.ts'
import { cluster, guest, rangeGuest, rangeVnet } from '../../builders/cluster.ts'

const RULES = { enabled: true, grace: 86_400_000, budget: 1, isDoubtful: false }
const gone = (rangeId: string) => ({ rangeId, names: [`${rangeId}-DC01`] })
const TWO = cluster({
  vnets: [rangeVnet(1, 'JD'), rangeVnet(2, 'SL')],
  guests: [
    rangeGuest(1_010_011, 'JD', 'JD-DC01'),
    rangeGuest(2_010_011, 'SL', 'SL-DC01'),
    guest(900, { pool: 'KT', name: 'mine' }),
  ],
  pools: ['JD', 'SL', 'KT'],
})

describe('leavingRanges', () => {
  it('says what there is of a range whose file is gone, and when it goes', () => {
    expect(leavingRanges([gone('JD')], TWO, RULES)).to.deep.equal([
      {
        rangeId: 'JD',
        vms: [{ name: 'JD-DC01', vmid: 1_010_011, node: 'pve1' }],
        networks: ['vnet r1'],
        pool: true,
        fate: 'goes',
        why: 'it goes once its file has been missing for 24h (lanista.prune)',
        inTheWay: [],
      },
    ])
  })

  const fatesOf = (ids: readonly string[], rules: Partial<typeof RULES>): readonly string[] =>
    leavingRanges(ids.map(gone), TWO, { ...RULES, ...rules }).map(({ rangeId, fate }) => `${rangeId} ${fate}`)

  it('asks for a person where more go at once than the budget, or the commit itself needs one', () => {
    expect(fatesOf(['SL', 'JD'], {})).to.deep.equal(['JD approval', 'SL approval'])
    expect(fatesOf(['SL', 'JD'], { budget: 2 })).to.deep.equal(['JD goes', 'SL goes'])
    expect(fatesOf(['JD'], { isDoubtful: true })).to.deep.equal(['JD approval'])
  })

  it('lets stay what is not removed: all with lanista.prune off, and what is not marked; and counts only what there is', () => {
    expect(fatesOf(['JD', 'SL'], { enabled: false })).to.deep.equal(['JD stays', 'SL stays'])
    expect(fatesOf(['JD', 'KT', 'XX'], {})).to.deep.equal(['JD goes', 'KT stays', 'XX nothing'])
  })

  it('says which VM would keep a range', () => {
    const [range] = leavingRanges([{ rangeId: 'JD', names: ['JD-other'] }], TWO, RULES)
    expect(range?.inTheWay).to.have.length(1)
    expect(range?.inTheWay[0]).to.match(/^vm JD-DC01/)
    expect(leavingRanges([{ rangeId: 'JD', names: undefined }], TWO, RULES)[0]?.inTheWay).to.deep.equal([])
  })
})
