import { expect } from 'chai'
import type { ClusterSnapshot, ZoneSeen } from '../../../model/snapshot.ts'
import { checkZone } from '../../../reconcilers/zone/check-zone.ts'
import { cluster, node, zone } from '../../builders/cluster.ts'

const NODES = ['pve1', 'pve2', 'pve3'].map((name) => node(name))
const withZone = (traits: Partial<ZoneSeen>, nodes = NODES): ClusterSnapshot =>
  cluster({ nodes, zones: [zone(NODES, traits)] })
const offline = (name: string) => NODES.map((each) => (each.name === name ? { ...each, online: false } : each))

describe('checkZone', () => {
  const usable: readonly [string, ClusterSnapshot, readonly string[]][] = [
    ['takes a zone that reaches every node', withZone({}), []],
    ['takes a zone over a fabric, which has no peers', withZone({ peers: undefined, fabric: 'underlay' }), []],
    ['leaves out a node that is not among the peers', withZone({ peers: ['10.0.0.1', '10.0.0.3'] }), ['pve2']],
    ['leaves out a node that the zone is not for', withZone({ nodes: ['pve2', 'pve3'] }), ['pve1']],
    ['leaves out a node that reports an error', withZone({ statusByNode: { pve3: 'error' } }), ['pve3']],
    ['believes no old report of an offline node', withZone({ statusByNode: { pve3: 'error' } }, offline('pve3')), []],
    [
      'does not leave out a node whose address Proxmox did not tell',
      withZone({ peers: ['10.0.0.2'] }, [{ ...NODES[0]!, address: undefined }, NODES[1]!]),
      [],
    ],
    ['leaves a changed zone to its author as long as the running one works', withZone({ pending: 'changed' }), []],
  ]
  for (const [situation, snapshot, unreached] of usable) {
    it(situation, () => {
      const check = checkZone(snapshot, 'ludus')
      expect(check.kind === 'usable' && [...check.unreached.keys()]).to.deep.equal(unreached)
    })
  }

  const unusable: readonly [string, ClusterSnapshot, string, RegExp][] = [
    ['is missing', cluster({ zones: [] }), 'ZoneMissing', /--zone ludus --peers 10\.0\.0\.1,10\.0\.0\.2,10\.0\.0\.3 /],
    [
      'is missing, and no address is known',
      cluster({ nodes: [node('pve1', { address: undefined })], zones: [] }),
      'ZoneMissing',
      /<node addresses>/,
    ],
    ['has another name', withZone({ name: 'Ludus' }), 'ZoneMissing', /zone ludus/],
    ['is no VXLAN zone', withZone({ type: 'vlan' }), 'ZoneNotVxlan', /of type vlan/],
    ['was never applied', withZone({ pending: 'new' }), 'ZoneNotApplied', /pvesh set \/cluster\/sdn$/],
    ['is about to be deleted', withZone({ pending: 'deleted' }), 'ZoneDeletionPending', /rollback/],
    ['reaches no node', withZone({ peers: ['10.9.9.9'] }), 'ZoneReachesNoNode', /pve1 has address 10\.0\.0\.1.*pve3/],
    [
      'reaches offline nodes only',
      withZone({ nodes: ['pve2'] }, offline('pve2')),
      'ZoneReachesNoNode',
      /pve1 is not among.*pve2 is offline/,
    ],
  ]
  for (const [situation, snapshot, reason, message] of unusable) {
    it(`says what to do when the zone ${situation}`, () => {
      const check = checkZone(snapshot, 'ludus')
      expect(check.kind === 'unusable' && check.finding.reason).to.equal(reason)
      expect(check.kind === 'unusable' && check.finding.message).to.match(message)
    })
  }

  it('says the same whatever the order of nodes', () => {
    for (const traits of [{ peers: ['10.0.0.3'] }, { peers: [] }, { type: 'evpn' }]) {
      const there = withZone(traits)
      const back = { ...there, nodes: [...there.nodes].reverse() }
      expect(checkZone(back, 'ludus')).to.deep.equal(checkZone(there, 'ludus'))
    }
  })
})
