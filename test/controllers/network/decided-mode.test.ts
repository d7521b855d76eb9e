import { expect } from 'chai'
import { DecidedMode } from '../../../controllers/network/decided-mode.ts'
import type { NetworkMode } from '../../../model/network-mode.ts'
import type { Finding } from '../../../model/condition.ts'
import { cluster, node, simpleZone, unseen } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const ALONE = cluster({ nodes: [node('pve1')], zones: [] })
const WITH_ZONE = cluster({ nodes: [node('pve1')], zones: [simpleZone()] })
const TWO = cluster({ nodes: [node('pve1'), node('pve2')] })
const HIDDEN = cluster({ nodes: [node('pve1')], zones: [], unseen: [unseen('sdn', '/sdn/zones/ludus', 'SDN.Audit')] })

const reasonOf = (mode: NetworkMode | Finding): string => (typeof mode === 'string' ? mode : mode.reason)

describe('DecidedMode', () => {
  it('is decided by the first look, and stays when a later look calls for the other one', () => {
    const decided = new DecidedMode(settings)
    const looks = [ALONE, TWO, WITH_ZONE, ALONE].map((seen) => reasonOf(decided.modeOf(seen)))
    expect(looks).to.deep.equal(['bridges', 'ModeChanged', 'ModeChanged', 'bridges'])
  })

  it('is not decided by a look that does not tell, and acts on none', () => {
    const decided = new DecidedMode(settings)
    const looks = [HIDDEN, WITH_ZONE, HIDDEN, ALONE].map((seen) => reasonOf(decided.modeOf(seen)))
    expect(looks).to.deep.equal(['NotVisible', 'vnets', 'NotVisible', 'ModeChanged'])
  })

  it('stops where a cluster shrinks to one node, which may have lost the others', () => {
    const decided = new DecidedMode(settings)
    const looks = [TWO, cluster({ nodes: [node('pve1')] }), TWO].map((seen) => reasonOf(decided.modeOf(seen)))
    expect(looks).to.deep.equal(['vnets', 'ModeChanged', 'vnets'])
  })

  it('goes on where a single node with a zone gets a second one, and stops where that is gone again', () => {
    const decided = new DecidedMode(settings)
    const one = cluster({ nodes: [node('pve1')] })
    const looks = [one, TWO, one].map((seen) => reasonOf(decided.modeOf(seen)))
    expect(looks).to.deep.equal(['vnets', 'vnets', 'ModeChanged'])
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
    expect([TWO, HIDDEN, WITH_ZONE].map((seen) => decided.modeOf(seen))).to.deep.equal([
      'bridges',
      'bridges',
      'bridges',
    ])
  })
})
