import { expect } from 'chai'
import { modeTurned, networkModeOf, onlyNodeIn } from '../../reconcilers/network-mode.ts'
import { cluster, node, simpleZone, unseen } from '../builders/cluster.ts'
import { settings } from '../builders/range.ts'

const zoneOf = (type: string, name = 'ludus') => simpleZone({ name, type })

describe('the network mode', () => {
  const rows: readonly [string, Parameters<typeof cluster>[0], boolean | undefined, string][] = [
    ['is VNets where there are several nodes, zone or not', { nodes: ['pve1', 'pve2'], zones: [] }, undefined, 'vnets'],
    [
      'is VNets on a single node with a simple zone',
      { nodes: ['pve1'], zones: [zoneOf('simple')] },
      undefined,
      'vnets',
    ],
    ['is VNets on a single node with a VXLAN zone', { nodes: ['pve1'], zones: [zoneOf('vxlan')] }, undefined, 'vnets'],
    [
      'is bridges on a single node with a zone of a type that ranges do not use',
      { nodes: ['pve1'], zones: [zoneOf('evpn')] },
      undefined,
      'bridges',
    ],
    [
      'is bridges on a single node with another zone',
      { nodes: ['pve1'], zones: [zoneOf('simple', 'office')] },
      undefined,
      'bridges',
    ],
    ['is bridges on a single node without a zone', { nodes: ['pve1'], zones: [] }, undefined, 'bridges'],
    [
      'is VNets on a single node whose zone is about to be deleted, so that nobody builds bridges over it',
      { nodes: ['pve1'], zones: [simpleZone({ pending: 'deleted' })] },
      undefined,
      'vnets',
    ],
    ['is what the configuration says, on one node', { nodes: ['pve1'], zones: [] }, true, 'vnets'],
    ['is what the configuration says, beside a zone', { nodes: ['pve1'], zones: [zoneOf('simple')] }, false, 'bridges'],
    ['is what the configuration says, on several', { nodes: ['pve1', 'pve2'] }, false, 'bridges'],
    [
      'is that of a cluster while all nodes but one are off',
      { nodes: [node('pve1'), node('pve2', { online: false })], zones: [] },
      undefined,
      'vnets',
    ],
  ]
  for (const [situation, traits, clusterMode, expected] of rows)
    it(situation, () => expect(networkModeOf(cluster(traits), settings({ clusterMode }))).to.equal(expected))

  const hiding: readonly [string, ReturnType<typeof unseen>][] = [
    ['the zone itself', unseen('sdn', '/sdn/zones/ludus', 'SDN.Audit')],
    ['all zones', unseen('sdn', '/sdn/zones', 'SDN.Audit')],
    ['who has which rights', unseen('rights', '/access', 'Sys.Audit')],
  ]
  for (const [what, lack] of hiding)
    it(`is not known on a single node from which ${what} is hidden, unless the configuration says it`, () => {
      const seen = cluster({ nodes: ['pve1'], zones: [], unseen: [lack] })
      const found = networkModeOf(seen, settings())
      expect(found).to.have.property('reason', 'NotVisible')
      expect(found)
        .to.have.property('message')
        .that.matches(/zone ludus: .*give it; .*cluster_mode: false \(bridges\)/)
      expect(networkModeOf(seen, settings({ clusterMode: false }))).to.equal('bridges')
    })

  it('is bridges where only another zone is hidden', () => {
    const seen = cluster({ nodes: ['pve1'], zones: [], unseen: [unseen('sdn', '/sdn/zones/office', 'SDN.Audit')] })
    expect(networkModeOf(seen, settings())).to.equal('bridges')
  })

  it('turned is a finding that names what is there and both ways on', () => {
    const alone = cluster({ nodes: ['pve1'], zones: [] })
    const two = cluster({ nodes: ['pve2', 'pve1'] })
    expect(modeTurned({ mode: 'bridges', several: false }, 'bridges', alone, settings())).to.equal(undefined)
    const finding = modeTurned({ mode: 'bridges', several: false }, 'vnets', two, settings())
    expect(finding?.reason).to.equal('ModeChanged')
    expect(finding?.message).to.match(
      /got bridges .* would get VNets now \(its nodes are pve1, pve2\); .*restart.*cluster_mode: false/,
    )
    const back = modeTurned({ mode: 'vnets', several: false }, 'bridges', alone, settings())
    expect(back?.message).to.match(/only node is pve1, and there is no zone ludus\).*cluster_mode: true/)
  })

  it('makes the one node that of all VMs, unless cluster_mode says that more are to come', () => {
    expect(onlyNodeIn(cluster({ nodes: ['pve1'] }), { clusterMode: undefined })).to.equal('pve1')
    expect(onlyNodeIn(cluster({ nodes: ['pve1'] }), { clusterMode: true })).to.equal(undefined)
    expect(onlyNodeIn(cluster({ nodes: ['pve1', 'pve2'] }), { clusterMode: undefined })).to.equal(undefined)
  })
})
