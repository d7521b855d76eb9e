import { expect } from 'chai'
import fc from 'fast-check'
import { ownerMark } from '../../../model/identity.ts'
import type { BridgeWants } from '../../../model/plan.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../../model/snapshot.ts'
import { planBridges } from '../../../reconcilers/bridge/plan-bridges.ts'
import { bridgeWantsOf } from '../../../reconcilers/bridge/plan-single-network.ts'
import { stagedChanges } from '../../../reconcilers/bridge/staged-changes.ts'
import { natBridge, netInterface, node, nodeNetwork, stagedDiff } from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

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
    nat: fc.constantFrom('vmbr1000', 'vmbr1000', 'vmbr1003'),
  })
  .map(({ ranges, adopt, nat }) => ({
    kind: 'bridges',
    node: 'pve1',
    natBridge: nat,
    bridges: ranges.flatMap(([id, number]) => bridgeWantsOf(id, number, adopt, 'pve1', settings()).bridges),
    applyForeign: false,
  }))

describe('planBridges, for any bridges, ours, foreign and half staged', () => {
  it("never writes a bridge that is not the range's own", () => {
    fc.assert(
      fc.property(anyNetwork, anyWants, (network, wants) => {
        for (const action of planBridges(wants, network).actions) {
          if (action.kind === 'activate-network') continue
          const want = wants.bridges.find(({ name }) => name === action.bridge)!
          const seen = network.interfaces.find(({ name }) => name === action.bridge)
          const unmarked = seen?.type === 'bridge' && (seen.comment ?? '') === '' && want.adoptUnmarked
          const marked = seen?.type === 'bridge' && seen.comment === want.mark
          expect(seen === undefined || marked || unmarked, action.bridge).to.equal(true)
          expect(action.bridge).not.to.equal(wants.natBridge)
        }
      }),
      { numRuns: 500 },
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
        expect(stagedChanges(network).foreign).to.deep.equal([])
      }),
      { numRuns: 500 },
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
        expect(gist(planBridges({ ...wants, bridges: [...wants.bridges].reverse() }, back))).to.deep.equal(gist(there))
      }),
    )
  })
})
