import { expect } from 'chai'
import fc from 'fast-check'
import { bridgeName, ownerMark, rangeIdOfMark, rangeNumberOfBridge } from '../../../model/identity.ts'
import type { BridgeWants } from '../../../model/plan/network-plan.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../../model/snapshot.ts'
import { planBridges } from '../../../reconcilers/bridge/plan-bridges.ts'
import { bridgeWantsOf } from '../../../reconcilers/range/plan-bridge-network.ts'
import { stagedChanges } from '../../../reconcilers/bridge/staged-changes.ts'
import { natBridge, netInterface, node, nodeNetwork, rangeBridge, stagedDiff } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'
import { runs } from '../../runner/long-runs.ts'

const anyBridge: fc.Arbitrary<InterfaceSeen> = fc
  .record({
    name: fc.constantFrom('vmbr1001', 'vmbr1002', 'vmbr1003', 'vmbr7'),
    type: fc.constantFrom('bridge', 'bridge', 'bridge', 'OVSBridge'),
    comment: fc.constantFrom(undefined, '', ...['JD', 'KL', 'MN'].map(ownerMark), 'lab'),
    vlanAware: fc.constantFrom(true, true, false),
    vids: fc.constantFrom('2-4094', '2-4094', undefined, '2-100'),
    ports: fc.constantFrom([], [], ['eth1']),
    autostart: fc.constantFrom(true, true, false),
    active: fc.boolean(),
  })
  .map(({ name, ...traits }) => netInterface(name, traits))

/** Lines that a diff could have, as hunks of anybody's, in any order. */
const anyStaged = fc.option(
  fc
    .array(
      fc.constantFrom(
        '+auto vmbr1001',
        '+iface vmbr1001 inet manual',
        ' iface vmbr1002 inet manual',
        '-iface vmbr1002 inet manual',
        '-iface vmbr1001 inet manual',
        '-#lanista range JD',
        '+\tbridge-vlan-aware yes',
        '-\tbridge-ports eth1',
        '+#lanista range JD',
        ' #lanista range KL',
        '+iface vmbr7 inet static',
        '+\tmtu 9000',
        ' ',
        '@@ -1,1 +1,1 @@',
      ),
      { maxLength: 8 },
    )
    .map((lines) => stagedDiff(...lines)),
  { nil: undefined },
)

const anyNetwork: fc.Arbitrary<NodeNetworkSeen> = fc
  .record({
    bridges: fc.uniqueArray(anyBridge, { selector: ({ name }) => name, maxLength: 4 }),
    staged: anyStaged,
  })
  .map(({ bridges, staged }) => nodeNetwork(node('pve1'), { interfaces: [natBridge(), ...bridges], staged }))

const anyWants: fc.Arbitrary<BridgeWants> = fc
  .record({
    ranges: fc.shuffledSubarray([
      ['JD', 1],
      ['KL', 2],
      ['MN', 3],
    ] as const),
    adopt: fc.boolean(),
    going: fc.shuffledSubarray([
      ['JD', 1],
      ['KL', 2],
      ['MN', 3],
      ['MN', 7],
    ] as const),
    nat: fc.constantFrom('vmbr1000', 'vmbr1000', 'vmbr1003'),
  })
  .map(({ ranges, adopt, nat, going }) => ({
    kind: 'bridges',
    node: 'pve1',
    natBridge: nat,
    bridges: ranges.flatMap(([id, number]) => bridgeWantsOf(id, number, adopt, 'pve1', settings()).bridges),
    removals: going.map(([id, number]) => ({
      name: number === 7 ? 'vmbr7' : bridgeName(number),
      mark: ownerMark(id),
      reason: 'it is to go',
    })),
    applyForeign: false,
  }))

describe('planBridges, for any bridges, ours, foreign and half staged', () => {
  it("never writes a bridge that is not the range's own", () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, wants) => {
        for (const action of planBridges(wants, network).actions) {
          if (action.kind === 'activate-network') continue
          expect(action.bridge).not.to.equal(wants.natBridge)
          const seen = network.interfaces.find(({ name }) => name === action.bridge)
          const want = wants.bridges.find(({ name }) => name === action.bridge)
          if (action.kind === 'delete-bridge') {
            expect(want, 'wanted by nobody').to.equal(undefined)
            expect(rangeNumberOfBridge(action.bridge)).to.be.a('number')
            expect(wants.removals.map(({ name, mark }) => [name, mark])).to.deep.include([action.bridge, seen?.comment])
            expect({ type: seen?.type, ports: seen?.ports }).to.deep.equal({ type: 'bridge', ports: [] })
            continue
          }
          const unmarked = seen?.type === 'bridge' && (seen.comment ?? '') === '' && want?.adoptUnmarked === true
          const marked = seen?.type === 'bridge' && seen.comment === want?.mark
          expect(seen === undefined || marked || unmarked, action.bridge).to.equal(true)
        }
      }),
      { numRuns: runs(500) },
    )
  })

  it('activates once, last, for a reason, and never over foreign changes', () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, wants) => {
        const { actions } = planBridges(wants, network)
        const activations = actions.filter(({ kind }) => kind === 'activate-network')
        expect(activations.length).to.equal(actions.length > 0 ? 1 : 0)
        if (activations.length === 0) return
        expect(actions.at(-1)).to.equal(activations[0])
        expect(activations[0]?.reason).not.to.equal('')
        const going = wants.removals.filter(({ name }) => wants.bridges.every((want) => want.name !== name))
        expect(stagedChanges(network, going).foreign).to.deep.equal([])
      }),
      { numRuns: runs(500) },
    )
  })

  it('plans nothing more once its plan is carried out', () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, wants) => {
        const { actions } = planBridges(wants, network)
        if (actions.length === 0) return
        const written = actions.flatMap((action) => ('bridge' in action ? [action] : []))
        const made = written.filter(({ kind }) => kind !== 'delete-bridge')
        const interfaces = [
          ...network.interfaces.filter(({ name }) => written.every(({ bridge }) => bridge !== name)),
          ...made.map(({ bridge, mark }) => rangeBridge(rangeNumberOfBridge(bridge)!, rangeIdOfMark(mark)!)),
        ].map((each) => ({ ...each, active: true }))
        expect(planBridges(wants, { ...network, interfaces, staged: undefined }).actions).to.deep.equal([])
      }),
      { numRuns: runs(500) },
    )
  })

  it("takes a staged deletion for Lanista's only while exactly that bridge's removal is wanted", () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, { removals }) => {
        const listed = new Set(network.interfaces.map(({ name }) => name))
        const gone = [...stagedChanges(network, removals).own].filter((name) => !listed.has(name))
        for (const name of gone) expect(removals.map((removal) => removal.name)).to.include(name)
        expect([...stagedChanges(network).own].filter((name) => !listed.has(name))).to.deep.equal([])
      }),
      { numRuns: runs(500) },
    )
  })

  it('takes every line of a stanza for foreign whose bridge has no mark', () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const unmarked = { ...network, interfaces: network.interfaces.map((each) => ({ ...each, comment: undefined })) }
        expect([...stagedChanges(unmarked).own]).to.deep.equal([])
      }),
    )
  })

  it('says the same whatever the order of interfaces and wants', () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, wants) => {
        const gist = (plan: ReturnType<typeof planBridges>) => ({
          actions: plan.actions
            .map((action) => ('bridge' in action ? `${action.kind} ${action.bridge}` : action.kind))
            .sort(),
          findings: [...plan.findings].map(([name, { reason }]) => `${name} ${reason}`).sort(),
        })
        const back = { ...network, interfaces: [...network.interfaces].reverse() }
        const there = planBridges(wants, network)
        const turned = { bridges: [...wants.bridges].reverse(), removals: [...wants.removals].reverse() }
        expect(gist(planBridges({ ...wants, ...turned }, back))).to.deep.equal(gist(there))
      }),
    )
  })
})
