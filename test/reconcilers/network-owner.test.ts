import { expect } from 'chai'
import { bridgeOwner, configOwner, isMarked, rangeIdOf, vnetOwner } from '../../reconcilers/network-owner.ts'
import { natVnet, rangeBridge, rangeVnet, unapplied } from '../builders/cluster.ts'

const MARK = 'lanista range JD'

describe('whose a network is', () => {
  it('is said by the words that it carries, and by them alone', () => {
    const owners = [MARK, 'lanista nat', undefined, '', ' ', 'printers', 'lanista range', 'lanista range JD 2'].map(
      (comment) => bridgeOwner({ comment }).kind,
    )
    expect(owners).to.deep.equal([
      'range',
      'nat',
      'unmarked',
      'unmarked',
      'unmarked',
      'stranger',
      'stranger',
      'stranger',
    ])
  })

  it('is said of a VNet by its configuration, and by what runs where that is to go', () => {
    const vnet = rangeVnet(1, 'JD')
    const other = { ...vnet.configured!, alias: 'lanista range KT' }
    expect(rangeIdOf(vnetOwner(vnet))).to.equal('JD')
    expect(rangeIdOf(vnetOwner(unapplied(vnet)))).to.equal('JD')
    expect(rangeIdOf(vnetOwner({ configured: other, running: vnet.running }))).to.equal('KT')
    expect(rangeIdOf(vnetOwner({ configured: undefined, running: vnet.running }))).to.equal('JD')
    expect(configOwner(other)).to.deep.equal({ kind: 'range', rangeId: 'KT' })
    expect(vnetOwner(natVnet()).kind).to.equal('nat')
  })

  it('is compared with the whole mark', () => {
    expect(isMarked(bridgeOwner(rangeBridge(1, 'JD')), MARK)).to.equal(true)
    for (const mark of ['lanista range J', 'lanista range jd', 'lanista nat', ''])
      expect(isMarked(bridgeOwner(rangeBridge(1, 'JD')), mark), mark).to.equal(false)
    expect(isMarked({ kind: 'nat' }, 'lanista nat')).to.equal(true)
    expect(isMarked({ kind: 'unmarked' }, '')).to.equal(false)
    expect(rangeIdOf({ kind: 'nat' })).to.equal(undefined)
  })
})
