import { expect } from 'chai'
import fc from 'fast-check'
import type { ZoneSeen } from '../../../model/snapshot.ts'
import { zoneObstacleOf, zoneRemarkOf } from '../../../model/zone-finding.ts'
import { checkZone } from '../../../reconcilers/zone/check-zone.ts'
import { reversed } from '../../builders/any-cluster.ts'
import { brokenZones, soundZones } from '../../builders/broken-zones.ts'
import { cluster, node, nodeNetwork, unseen, zone } from '../../builders/cluster.ts'
import { runs } from '../../runner/long-runs.ts'

describe('checkZone', () => {
  for (const [situation, snapshot] of soundZones)
    it(`has nothing to say of a zone that ${situation}`, () => {
      expect(checkZone(snapshot, 'ludus')).to.deep.equal({ findings: [], unreached: new Map() })
    })

  for (const { situation, snapshot, says, message, unreached = [] } of brokenZones)
    it(`says what to do when the zone ${situation}`, () => {
      const check = checkZone(snapshot, 'ludus')
      const said = check.findings.map(({ severity, reason, shell }) => `${severity} ${reason}: ${shell}`)
      expect(said).to.deep.equal(says)
      expect(check.findings[0]?.message).to.match(message)
      expect([...check.unreached.keys()]).to.deep.equal(unreached)
      for (const finding of check.findings) {
        expect(finding.message).to.match(/^zone ludus: .*; in the web interface: .+; in a node's shell: pvesh /)
        expect(finding.message.endsWith(`: ${String(finding.shell)}`)).to.equal(true)
      }
      expect(zoneObstacleOf(check.findings)?.reason).to.equal(
        says[0]?.startsWith('unusable') === true ? check.findings[0]?.reason : undefined,
      )
    })

  it('says what to do when the configured name is none that Proxmox takes', () => {
    const said = (name: string) => checkZone(cluster({ zones: [zone([], { name: 'lab' })] }), name).findings[0]
    expect(said('my-zone')?.shell).to.match(/--zone myzone --peers/)
    expect(said('my-zone')?.message).to.match(/names are 2 to 8 letters and digits.*set sdn_zone: myzone/)
    expect(said('rangenetwork')?.shell).to.match(/--zone rangenet --peers/)
    expect(said('1st')?.shell).to.match(/--zone ludus --peers/)
    expect(said('la-b')?.message).to.match(/set sdn_zone: lab, which is of type vxlan, or make/)
  })

  it('does not say that there is none where the token may not be shown it', () => {
    for (const lacking of [unseen('sdn', '/sdn/zones/ludus', 'SDN.Audit'), unseen('rights', '/access', 'Sys.Audit')]) {
      const [found] = checkZone(cluster({ zones: [], unseen: [lacking] }), 'ludus').findings
      expect(found).to.include({ severity: 'unusable', reason: 'NotVisible' })
      expect(found?.message).to.match(/^zone ludus: .* not shown whether there is such a zone .*; give it; /)
    }
    const others = [unseen('sdn', '/sdn/zones/lab', 'SDN.Audit'), unseen('guests', '/vms', 'VM.Audit')]
    expect(checkZone(cluster({ zones: [], unseen: others }), 'ludus').findings[0]?.reason).to.equal('ZoneMissing')
  })

  it('says the same whatever the order of anything', () => {
    for (const { snapshot, situation } of brokenZones) {
      const turned = { ...reversed(snapshot), nodeNetworks: [...snapshot.nodeNetworks].reverse() }
      expect(checkZone(turned, 'ludus'), situation).to.deep.equal(checkZone(snapshot, 'ludus'))
    }
  })

  it('has something to say of any zone without breaking', () => {
    fc.assert(
      fc.property(anyZone, anyNodes, (seen, nodes) => {
        const snapshot = { ...cluster({ nodes, zones: [seen] }), nodeNetworks: nodes.map((each) => nodeNetwork(each)) }
        const { findings, unreached } = checkZone(snapshot, 'ludus')
        const names = nodes.map(({ name }) => name)
        for (const name of unreached.keys()) expect(names).to.include(name)
        for (const { nodes: about, shell } of findings) {
          expect(names).to.include.members([...about])
          expect(shell).to.match(/^pvesh (set|create|get) \//)
        }
        expect(checkZone({ ...snapshot, nodes: [...nodes].reverse() }, 'ludus')).to.deep.equal({ findings, unreached })
        const usable = nodes.some(({ name, online }) => online && !unreached.has(name))
        if (!usable) expect(zoneObstacleOf(findings)).not.to.equal(undefined)
      }),
      { numRuns: runs(500) },
    )
  })
})

const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.9.9.9', 'fd00::1', 'FD00:0::1', 'x', '')
const config = {
  peers: fc.option(fc.array(address, { maxLength: 5 }), { nil: undefined }),
  fabric: fc.constantFrom(undefined, undefined, 'under'),
  nodes: fc.option(fc.array(fc.constantFrom('pve1', 'pve2', 'pve9'), { maxLength: 3 }), { nil: undefined }),
  mtu: fc.constantFrom(undefined, -1, 0, 1280, 1450, 9000),
}
const anyZone: fc.Arbitrary<ZoneSeen> = fc
  .record({
    ...config,
    type: fc.constantFrom('vxlan', 'vxlan', 'vxlan', 'evpn', ''),
    name: fc.constantFrom('ludus', 'ludus', 'ludus', 'lab'),
    running: fc.option(fc.record(config), { nil: undefined }),
    pending: fc.constantFrom('unchanged', 'new', 'changed', 'deleted'),
    statusByNode: fc.dictionary(fc.constantFrom('pve1', 'pve2'), fc.constantFrom('available', 'pending', 'error', '?')),
  })
  .map((traits) => zone([], traits))
const anyNodes = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom('pve1', 'pve2', 'pve3'),
      online: fc.boolean(),
      address: fc.option(address, { nil: undefined }),
    })
    .map(({ name, ...traits }) => node(name, traits)),
  { selector: ({ name }) => name },
)

describe('what a zone check says as one', () => {
  const [first] = checkZone(cluster({ zones: [zone([], { peers: ['10.0.0.1', '10.0.0.2'] })] }), 'ludus').findings

  it('repeats a single finding, and counts several', () => {
    expect(zoneRemarkOf([first!])).to.deep.equal({ reason: 'ZoneLacksPeer', message: first?.message, works: true })
    const two = zoneRemarkOf([first!, { ...first!, reason: 'ZoneMtuDiffers', message: 'zone ludus: more' }])
    expect(two).to.include({ reason: 'ZoneLacksPeer', message: `2 findings: ${first?.message}. zone ludus: more` })
    expect(zoneRemarkOf([])).to.equal(true)
  })

  it('is no obstacle unless a finding makes the zone unusable', () => {
    expect(zoneObstacleOf([first!])).to.equal(undefined)
    expect(zoneObstacleOf([{ ...first!, severity: 'unusable' }, first!])?.message).to.match(/^2 findings: /)
  })
})
