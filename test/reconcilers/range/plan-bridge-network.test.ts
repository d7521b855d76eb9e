import { expect } from 'chai'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import { planBridgeNetwork } from '../../../reconcilers/range/plan-bridge-network.ts'
import {
  cluster,
  natBridge,
  netInterface,
  node,
  nodeNetwork,
  rangeBridge,
  rangeGuest,
  singleNode,
} from '../../builders/cluster.ts'
import { range, router, settings, vm } from '../../builders/range.ts'

const JD = range('JD')
const OFF = { clusterMode: false }
const plan = (seen: ClusterSnapshot, spec: RangeSpec = JD, own: Partial<PlanSettings> = {}) =>
  planBridgeNetwork(spec, groundOf(seen, settings(own), 'bridges'), new Map())
const planned = (...args: Parameters<typeof plan>) => {
  const made = plan(...args)
  if (made.kind === 'refused') throw new Error(made.finding.message)
  return made
}
const withNat = (traits: Partial<ReturnType<typeof natBridge>>) =>
  singleNode([], {}, { interfaces: [netInterface('vmbr0'), natBridge(traits)] })
const three = (nodes = [node('pve1'), node('pve2'), node('pve3')]) =>
  cluster({ nodes, zones: [], nodeNetworks: nodes.map((each) => nodeNetwork(each, { interfaces: [natBridge()] })) })

describe('planBridgeNetwork', () => {
  it('gives a first range the bridge vmbr1001 and the NAT bridge, and makes no zone a condition', () => {
    const { number, network, onlyNode, notes } = planned(singleNode())
    expect(network.names).to.deep.equal({ nat: 'vmbr1000', range: 'vmbr1001', former: ['ludusnat', 'r1'] })
    expect(network.actions.map(({ kind }) => kind)).to.deep.equal(['create-bridge', 'activate-network'])
    expect({ number, onlyNode, notes }).to.deep.equal({ number: 1, onlyNode: 'pve1', notes: [] })
  })

  it('keeps the number whose bridge carries its mark', () => {
    const { number, network } = planned(singleNode([rangeBridge(7, 'JD'), rangeBridge(1, 'KL')]))
    expect({ number, actions: network.actions }).to.deep.equal({ number: 7, actions: [] })
  })

  it('leaves out the numbers of bridges that Ludus or a person made', () => {
    expect(planned(singleNode([netInterface('vmbr1001'), rangeBridge(2, 'KL')])).number).to.equal(3)
  })

  it("adopts Ludus' own bridge when the author says its number", () => {
    const { network } = planned(singleNode([rangeBridge(3, 'JD', { comment: undefined })]), range('JD', { number: 3 }))
    expect(network.actions[0]).to.include({ kind: 'update-bridge', bridge: 'vmbr1003', mark: 'lanista range JD' })
  })

  it('gives a bridge back its comment, which its VMs show to be theirs', () => {
    const seen = singleNode([rangeBridge(3, 'JD', { comment: undefined })], {
      guests: [rangeGuest(3_010_011, 'JD', 'JD-DC01')],
    })
    const { number, network } = planned(seen)
    expect(number).to.equal(3)
    expect(network.actions[0]).to.include({ kind: 'update-bridge', bridge: 'vmbr1003' })
  })

  it('takes the one node whatever proxmox_node says', () => {
    expect(planned(singleNode(), JD, { defaultNode: 'pve' }).onlyNode).to.equal('pve1')
  })

  it('keeps ranges on proxmox_node of several nodes, and says why on no other', () => {
    const { onlyNode, unreached, network } = planned(three(), JD, { ...OFF, defaultNode: 'pve2' })
    expect(onlyNode).to.equal('pve2')
    expect(network.wants).to.include({ node: 'pve2' })
    const why = 'is left out, since cluster_mode: false keeps ranges on proxmox_node pve2'
    expect([...unreached]).to.deep.equal([
      ['pve1', why],
      ['pve3', why],
    ])
  })

  it('says in one note whose target_node is ignored', () => {
    const spec = range('JD', {
      targetNode: 'pve9',
      router: router('JD', { targetNode: 'pve2' }),
      vms: [vm('JD-A', { targetNode: 'pve3' }), vm('JD-B')],
    })
    expect(planned(singleNode(), spec).notes).to.deep.equal([
      'target_node of defaults, JD-router-debian11-x64, JD-A is ignored: on a single node every VM runs on pve1',
    ])
  })

  it('notes a NAT bridge without an address of the NAT network, and works on with it', () => {
    const { notes } = planned(withNat({ addresses: ['10.0.0.9'] }))
    expect(notes).to.have.length(1)
    expect(notes[0]).to.match(/^bridge vmbr1000 has no address of 192\.0\.2\.0\/24 on node pve1; .*192\.0\.2\.254/)
  })

  it('knows that the node reloads its network just now', () => {
    const task = (type: string, at: string) => ({ upid: 'x', node: at, type, id: '' })
    const busy = (type: string, at: string) => planned(singleNode([], { runningTasks: [task(type, at)] })).network.busy
    expect([busy('srvreload', 'pve1'), busy('srvreload', 'pve2'), busy('qmclone', 'pve1')]).to.deep.equal([
      true,
      false,
      false,
    ])
  })

  const refusals: readonly [
    situation: string,
    ClusterSnapshot,
    Partial<PlanSettings>,
    reason: string,
    remedy: RegExp,
  ][] = [
    [
      'without its NAT bridge',
      withNat({ name: 'vmbr5' }),
      {},
      'NatBridgeMissing',
      /pve1 > System > Network .*pvesh create \/nodes\/pve1\/network --iface vmbr1000 --type bridge --cidr 192\.0\.2\.254\/24 --autostart 1 && pvesh set \/nodes\/pve1\/network/,
    ],
    ['where the NAT bridge is none', withNat({ type: 'vlan' }), {}, 'NatBridgeNotBridge', /set ludus_nat_interface/],
    [
      'where the NAT bridge is down',
      withNat({ active: false }),
      {},
      'NatBridgeDown',
      /pvesh set \/nodes\/pve1\/network/,
    ],
    [
      'when its node tells nothing',
      singleNode([], { nodeNetworks: [] }),
      {},
      'NodeNetworkUnknown',
      /bring the node back/,
    ],
    ['without quorum', singleNode([], { quorate: false }), {}, 'NoQuorum', /bring nodes back/],
    [
      'when proxmox_node is none of several',
      three(),
      { ...OFF, defaultNode: 'pve7' },
      'NodeUnknown',
      /did you mean|choose one of/,
    ],
    [
      'when proxmox_node of several is offline',
      three([node('pve1', { online: false }), node('pve2')]),
      OFF,
      'NodeOffline',
      /bring it back/,
    ],
  ]
  for (const [situation, seen, own, reason, remedy] of refusals) {
    it(`refuses ${situation}`, () => {
      const made = plan(seen, JD, own)
      if (made.kind === 'planned') throw new Error('planned')
      expect([made.part, made.finding.reason]).to.deep.equal(['NetworkReady', reason])
      expect(made.finding.message).to.match(remedy)
    })
  }

  it('refuses a number whose bridge is of another range', () => {
    const made = plan(singleNode([rangeBridge(1, 'KL')]), range('JD', { number: 1 }))
    expect(made.kind === 'refused' && made.finding.reason).to.equal('NumberTaken')
  })
})
