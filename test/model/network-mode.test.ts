import { expect } from 'chai'
import { modeTurned, networkModeOf } from '../../model/network-mode.ts'
import { cluster, node } from '../builders/cluster.ts'

describe('the network mode', () => {
  const rows: readonly [string, readonly string[], boolean | undefined, string][] = [
    ['is that of a cluster where there are several nodes', ['pve1', 'pve2'], undefined, 'vnets'],
    ['is that of a single node where there is one', ['pve1'], undefined, 'bridges'],
    ['is what the configuration says, on one node', ['pve1'], true, 'vnets'],
    ['is what the configuration says, on several', ['pve1', 'pve2'], false, 'bridges'],
  ]
  for (const [situation, nodes, clusterMode, expected] of rows)
    it(situation, () => expect(networkModeOf(cluster({ nodes }), { clusterMode })).to.equal(expected))

  it('stays that of a cluster while all nodes but one are off', () => {
    const nodes = [node('pve1'), node('pve2', { online: false })]
    expect(networkModeOf(cluster({ nodes }), { clusterMode: undefined })).to.equal('vnets')
  })

  it('turned is a finding that names the nodes and both ways on', () => {
    expect(modeTurned('bridges', 'bridges', ['pve1'])).to.equal(undefined)
    const finding = modeTurned('bridges', 'vnets', ['pve2', 'pve1'])
    expect(finding?.reason).to.equal('ModeChanged')
    expect(finding?.message).to.match(
      /was a single node .* is a cluster now \(pve1, pve2\); .*restart.*cluster_mode: false/,
    )
    expect(modeTurned('vnets', 'bridges', ['pve1'])?.message).to.match(/cluster_mode: true/)
  })
})
