import { expect } from 'chai'
import { DecidedMode } from '../../../controllers/network/decided-mode.ts'
import { cluster, node } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const ALONE = cluster({ nodes: [node('pve1')] })
const TWO = cluster({ nodes: [node('pve1'), node('pve2')] })

describe('DecidedMode', () => {
  it('is decided by the first look, and stays when a later look calls for the other one', () => {
    const decided = new DecidedMode(settings)
    expect(decided.modeOf(ALONE)).to.deep.equal({ mode: 'bridges', turned: undefined })
    const { mode, turned } = decided.modeOf(TWO)
    expect([mode, turned?.reason]).to.deep.equal(['bridges', 'ModeChanged'])
    expect(decided.modeOf(ALONE).turned).to.equal(undefined)
  })

  it('names the NAT network of the mode: the bridge as it is configured by then, or the VNet', () => {
    let natBridge = 'vmbr1000'
    const decided = new DecidedMode(() => settings({ natBridge }))
    expect(decided.natDevice()).to.equal('ludusnat')
    decided.modeOf(ALONE)
    natBridge = 'vmbr7'
    expect(decided.natDevice()).to.equal('vmbr7')
    decided.modeOf(TWO)
    expect(decided.natDevice()).to.equal('vmbr7')
  })

  it('goes by cluster_mode where it is set', () => {
    const decided = new DecidedMode(() => settings({ clusterMode: false }))
    expect(decided.modeOf(TWO)).to.deep.equal({ mode: 'bridges', turned: undefined })
  })
})
