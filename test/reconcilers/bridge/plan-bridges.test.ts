import { expect } from 'chai'
import type { BridgeAction } from '../../../model/plan/actions.ts'
import type { BridgeRemoval, BridgeWant, BridgeWants } from '../../../model/plan/network-plan.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../../model/snapshot.ts'
import { bridgeName, ownerMark } from '../../../model/identity.ts'
import { type BridgeKnowledge, planBridges } from '../../../reconcilers/bridge/plan-bridges.ts'
import { bridgeWantsOf } from '../../../reconcilers/range/plan-bridge-network.ts'
import {
  natBridge,
  netInterface,
  node,
  nodeNetwork,
  rangeBridge,
  stagedBridges,
  stagedDeletionOf,
  stagedDiff,
} from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const wantsOf = (bridges: readonly BridgeWant[], traits: Partial<BridgeWants> = {}): BridgeWants => ({
  ...bridgeWantsOf('JD', 1, false, 'pve1', settings()),
  bridges,
  ...traits,
})
const want = (rangeId: string, number: number, adopt = false): BridgeWant =>
  bridgeWantsOf(rangeId, number, adopt, 'pve1', settings()).bridges[0]!
const JD = [want('JD', 1)]
const removal = (rangeId: string, number: number): BridgeRemoval => ({
  name: bridgeName(number),
  mark: ownerMark(rangeId),
  reason: 'it is to go',
})
const JD_GOES = { wants: [], removals: [removal('JD', 1)] }
const LAB = stagedDiff('+auto vmbr7', '+iface vmbr7 inet manual', '+\tbridge-ports eth1')
const left = (number: number, rangeId: string) => rangeBridge(number, rangeId, { active: false })
const network = (bridges: readonly InterfaceSeen[], staged?: string): NodeNetworkSeen =>
  nodeNetwork(node('pve1'), {
    interfaces: [netInterface('vmbr0', { config: 'uplink' }), natBridge(), ...bridges],
    staged,
  })

const inWords = (actions: readonly BridgeAction[]): readonly string[] =>
  actions.map((action) => {
    switch (action.kind) {
      case 'create-bridge':
        return `create ${action.bridge} "${action.mark}"`
      case 'update-bridge':
        return `update ${action.bridge}: ${action.reason}`
      case 'delete-bridge':
        return `delete ${action.bridge} "${action.mark}"`
      case 'activate-network':
        return `activate ${action.bridges.join(' ')}`
    }
  })

interface Row {
  readonly situation: string
  readonly wants?: readonly BridgeWant[]
  readonly removals?: readonly BridgeRemoval[]
  readonly traits?: Partial<BridgeWants>
  readonly bridges?: readonly InterfaceSeen[]
  readonly staged?: string
  readonly knows?: BridgeKnowledge
  readonly does?: readonly string[]
  readonly finds?: Readonly<Record<string, string>>
}

const rows: readonly Row[] = [
  {
    situation: 'makes the bridge of a first range',
    does: ['create vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'makes the bridges of two ranges and activates them together',
    wants: [...JD, want('KL', 2)],
    does: ['create vmbr1001 "lanista range JD"', 'create vmbr1002 "lanista range KL"', 'activate vmbr1001 vmbr1002'],
  },
  { situation: 'does nothing when all is as wanted', bridges: [rangeBridge(1, 'JD')] },
  {
    situation: 'leaves an address and an MTU that a person gave it',
    bridges: [rangeBridge(1, 'JD', { addresses: ['10.1.10.254'], mtu: 9000 })],
  },
  {
    situation: 'makes a bridge VLAN-aware again',
    bridges: [rangeBridge(1, 'JD', { vlanAware: false, vids: undefined })],
    does: ['update vmbr1001: it is not VLAN-aware', 'activate vmbr1001'],
  },
  {
    situation: 'gives a bridge all VLANs back',
    bridges: [rangeBridge(1, 'JD', { vids: '2-100' })],
    does: ['update vmbr1001: it carries only the VLANs 2-100, not 2-4094', 'activate vmbr1001'],
  },
  {
    situation: 'takes attached ports away',
    bridges: [rangeBridge(1, 'JD', { ports: ['eth1'] })],
    does: ['update vmbr1001: it has eth1 attached, which would let the range out', 'activate vmbr1001'],
  },
  {
    situation: 'lets a bridge come up at boot again',
    bridges: [rangeBridge(1, 'JD', { autostart: false })],
    does: ['update vmbr1001: it would not come up at boot', 'activate vmbr1001'],
  },
  {
    situation: 'takes a bridge of another range as taken',
    bridges: [rangeBridge(1, 'XX')],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: "takes a bridge with a person's comment as taken, whatever number is asked for",
    wants: [want('JD', 1, true)],
    bridges: [rangeBridge(1, 'JD', { comment: 'lab of Ann' })],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: 'does not take a bridge without a mark',
    bridges: [rangeBridge(1, 'JD', { comment: undefined })],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: "adopts a bridge without a mark when its number is the author's word",
    wants: [want('JD', 1, true)],
    bridges: [rangeBridge(1, 'JD', { comment: undefined })],
    does: ['update vmbr1001: it lacks the owner mark', 'activate vmbr1001'],
  },
  {
    situation: 'adopts no interface that is not a Linux bridge',
    wants: [want('JD', 1, true)],
    bridges: [netInterface('vmbr1001', { type: 'OVSBridge' })],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: 'never takes the NAT bridge for a range',
    wants: [want('JD', 1, true)],
    traits: { natBridge: 'vmbr1001' },
    bridges: [natBridge({ name: 'vmbr1001' })],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: 'gives a bridge to neither of two ranges that want it at once',
    wants: [...JD, want('KL', 1)],
    finds: { vmbr1001: 'BridgeContested' },
  },
  {
    situation: 'goes on for one range when the bridge of another is taken',
    wants: [...JD, want('KL', 2)],
    bridges: [rangeBridge(1, 'XX')],
    does: ['create vmbr1002 "lanista range KL"', 'activate vmbr1002'],
    finds: { vmbr1001: 'BridgeTaken' },
  },
  {
    situation: 'carries its own bridge through that a crash left staged',
    bridges: [left(1, 'JD')],
    staged: stagedBridges(left(1, 'JD')),
    does: ['activate vmbr1001'],
  },
  {
    situation: 'carries its own correction through that a crash left staged',
    bridges: [rangeBridge(1, 'JD')],
    staged: stagedDiff('+\tbridge-vlan-aware yes', ' #lanista range JD'),
    does: ['activate vmbr1001'],
  },
  {
    situation: "takes another range's left-over bridge along, which an activation does anyway",
    bridges: [left(2, 'KL')],
    staged: stagedBridges(left(2, 'KL')),
    does: ['create vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'activates again what is configured and not up',
    bridges: [left(1, 'JD')],
    does: ['activate vmbr1001'],
  },
  {
    situation: 'waits for a reload that is under way rather than activating again',
    bridges: [left(1, 'JD')],
    knows: { reloading: true },
    finds: { vmbr1001: 'Progressing' },
  },
  {
    situation: 'activates what is staged although a reload is under way',
    bridges: [left(1, 'JD')],
    staged: stagedBridges(left(1, 'JD')),
    knows: { reloading: true },
    does: ['activate vmbr1001'],
  },
  {
    situation: 'activates again what a failed reload left behind',
    bridges: [rangeBridge(1, 'JD')],
    knows: { unconfirmed: new Set(['vmbr1001', 'vmbr1002']) },
    does: ['activate vmbr1001'],
  },
  { situation: 'waits for foreign staged changes', staged: LAB, finds: { vmbr1001: 'ForeignPending' } },
  {
    situation: 'waits for foreign staged changes with a bridge that a crash left',
    bridges: [left(1, 'JD')],
    staged: LAB,
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's staged change to the bridge itself rather than writing over it",
    bridges: [rangeBridge(1, 'JD', { ports: ['eth1'] })],
    staged: stagedDiff(' iface vmbr1001 inet manual', '-\tbridge-ports none', '+\tbridge-ports eth1'),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's staged deletion of the bridge",
    staged: stagedDiff('-auto vmbr1001', '-iface vmbr1001 inet manual', '-#lanista range JD'),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: 'is not bothered by foreign staged changes when it has nothing to do',
    bridges: [rangeBridge(1, 'JD')],
    staged: LAB,
  },
  {
    situation: 'activates over foreign changes where that is allowed',
    traits: { applyForeign: true },
    staged: LAB,
    does: ['create vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'minds no other line when nothing was staged before it wrote and no other interface has changed',
    bridges: [left(1, 'JD')],
    staged: `${stagedBridges(left(1, 'JD'))}-\tbridge_ports eth0\n+\tbridge-ports eth0\n`,
    knows: { before: network([]) },
    does: ['activate vmbr1001'],
  },
  {
    situation: 'minds other lines when an interface has changed since it looked before its write',
    bridges: [left(1, 'JD'), netInterface('vmbr7', { config: 'new' })],
    staged: `${stagedBridges(left(1, 'JD'))}+auto vmbr7\n`,
    knows: { before: network([]) },
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: 'minds other lines when something was staged before its write',
    bridges: [left(1, 'JD')],
    staged: `${stagedBridges(left(1, 'JD'))}+\tmtu 9000\n`,
    knows: { before: network([], stagedDiff('+\tmtu 9000')) },
    finds: { vmbr1001: 'ForeignPending' },
  },
]

const removalRows: readonly Row[] = [
  {
    situation: 'removes a bridge that is to go',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD')],
    does: ['delete vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  { situation: 'has nothing to remove where the bridge is gone', ...JD_GOES },
  {
    situation: 'removes and makes with one activation',
    wants: [want('KL', 2)],
    removals: [removal('JD', 1), removal('MN', 3)],
    bridges: [rangeBridge(1, 'JD'), rangeBridge(3, 'MN')],
    does: [
      'create vmbr1002 "lanista range KL"',
      'delete vmbr1001 "lanista range JD"',
      'delete vmbr1003 "lanista range MN"',
      'activate vmbr1002 vmbr1001 vmbr1003',
    ],
  },
  {
    situation: 'removes a bridge although it has drifted, or has an address that a person gave it',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD', { vlanAware: false, autostart: false, addresses: ['10.1.1.1'] })],
    does: ['delete vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'removes a bridge that was staged and never activated',
    ...JD_GOES,
    bridges: [left(1, 'JD')],
    staged: stagedBridges(left(1, 'JD')),
    does: ['delete vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'removes no bridge of another range',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'KL')],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes no bridge whose comment says more than the mark',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD', { comment: 'lanista range JD, and printers' })],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes no interface that is not a Linux bridge',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD', { type: 'OVSBridge' })],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes no bridge with ports',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD', { ports: ['eth1'] })],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes no bridge under a VLAN interface',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD'), netInterface('vmbr1001.10', { type: 'vlan' })],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes no bridge that is a port of another',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD'), netInterface('vmbr7', { ports: ['eth1', 'vmbr1001'] })],
    finds: { vmbr1001: 'BridgeStays' },
  },
  {
    situation: 'removes a bridge next to one whose name only begins like it',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD'), netInterface('vmbr10011')],
    does: ['delete vmbr1001 "lanista range JD"', 'activate vmbr1001'],
  },
  {
    situation: 'never removes the NAT bridge, whatever its comment says',
    ...JD_GOES,
    traits: { natBridge: 'vmbr1001' },
    bridges: [rangeBridge(1, 'JD')],
  },
  {
    situation: "takes a staged deletion of the NAT bridge as somebody's, whatever its comment says",
    wants: [want('KL', 2)],
    removals: [removal('JD', 1)],
    traits: { natBridge: 'vmbr1001' },
    staged: stagedDeletionOf(rangeBridge(1, 'JD')),
    finds: { vmbr1002: 'ForeignPending' },
  },
  {
    situation: 'never removes a bridge without the name of a range bridge',
    wants: [],
    removals: [{ ...removal('JD', 1), name: 'vmbr7' }],
    bridges: [rangeBridge(1, 'JD', { name: 'vmbr7' })],
    finds: { vmbr7: 'BridgeStays' },
  },
  {
    situation: 'does not remove what is wanted in the same pass',
    removals: [removal('JD', 1)],
    bridges: [rangeBridge(1, 'JD')],
  },
  {
    situation: 'carries its deletion through that a crash left staged',
    ...JD_GOES,
    staged: stagedDeletionOf(rangeBridge(1, 'JD')),
    does: ['activate vmbr1001'],
  },
  {
    situation: 'carries one deletion through that a crash left staged, and makes another',
    wants: [],
    removals: [removal('JD', 1), removal('KL', 2)],
    bridges: [rangeBridge(2, 'KL')],
    staged: stagedDeletionOf(rangeBridge(1, 'JD')),
    does: ['delete vmbr1002 "lanista range KL"', 'activate vmbr1002 vmbr1001'],
  },
  {
    situation: "takes a staged deletion of another range's bridge as somebody's",
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD')],
    staged: stagedDeletionOf(rangeBridge(2, 'KL')),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: "takes a staged deletion of a person's bridge as somebody's",
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD')],
    staged: stagedDeletionOf(netInterface('vmbr7')),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: "does not take a staged deletion along that was another range's of the same number",
    ...JD_GOES,
    staged: stagedDeletionOf(rangeBridge(1, 'KL')),
  },
  {
    situation: 'makes no bridge anew over its own staged deletion while the old one is to go',
    wants: [want('KL', 1)],
    removals: [removal('JD', 1)],
    staged: stagedDeletionOf(rangeBridge(1, 'JD')),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: 'waits for foreign staged changes with a removal',
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD')],
    staged: LAB,
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's staged change to a bridge that is to go",
    ...JD_GOES,
    bridges: [rangeBridge(1, 'JD', { mtu: 9000 })],
    staged: stagedDiff(' iface vmbr1001 inet manual', '+\tmtu 9000'),
    finds: { vmbr1001: 'ForeignPending' },
  },
  {
    situation: 'activates again for a removal whose reload failed',
    ...JD_GOES,
    knows: { unconfirmed: new Set(['vmbr1001']) },
    does: ['activate vmbr1001'],
  },
  {
    situation: 'waits for a reload that is under way with a removal whose reload failed',
    ...JD_GOES,
    knows: { unconfirmed: new Set(['vmbr1001']), reloading: true },
    finds: { vmbr1001: 'Progressing' },
  },
  {
    situation: 'minds no other line when nothing was staged before it deleted and no other interface has changed',
    ...JD_GOES,
    staged: `${stagedDeletionOf(rangeBridge(1, 'JD'))}-\tbridge_ports eth0\n+\tbridge-ports eth0\n`,
    knows: { before: network([rangeBridge(1, 'JD')]) },
    does: ['activate vmbr1001'],
  },
]

const reasons = (findings: ReadonlyMap<string, { readonly reason: string }>): Readonly<Record<string, string>> =>
  Object.fromEntries([...findings].map(([name, { reason }]) => [name, reason]))

describe('planBridges', () => {
  for (const row of [...rows, ...removalRows]) {
    const {
      situation,
      wants = JD,
      removals = [],
      traits,
      bridges = [],
      staged,
      knows = {},
      does = [],
      finds = {},
    } = row
    it(situation, () => {
      const { actions, findings } = planBridges(
        wantsOf(wants, { removals, ...traits }),
        network(bridges, staged),
        knows,
      )
      expect(inWords(actions)).to.deep.equal(does)
      expect(reasons(findings)).to.deep.equal(finds)
    })
  }

  it('plans nothing for a node that does not tell its network', () => {
    const { actions, findings } = planBridges(wantsOf([...JD, want('KL', 2)]), undefined)
    expect(actions).to.deep.equal([])
    expect(reasons(findings)).to.deep.equal({ vmbr1001: 'NodeNetworkUnknown', vmbr1002: 'NodeNetworkUnknown' })
  })

  it('shows what is staged, shortened, and what to do about it', () => {
    const lines = Array.from({ length: 9 }, (_, index) => `+\tpost-up echo ${index}`)
    const { findings } = planBridges(wantsOf(JD), network([], stagedDiff('+iface vmbr7 inet manual', ...lines)))
    expect(findings.get('vmbr1001')?.message).to.match(
      /^bridge vmbr1001: not activated, .* node pve1 .*: "\+iface vmbr7 inet manual", "\+post-up echo 0", .* and 4 more lines; apply or revert them in pve1 > System > Network \(pvesh set \/nodes\/pve1\/network, or pvesh delete/,
    )
  })

  it('names what an activation takes along where foreign changes may be activated', () => {
    const { actions } = planBridges(wantsOf(JD, { applyForeign: true }), network([], LAB))
    expect(actions.at(-1)?.reason).to.contain('apply_foreign takes along: "+auto vmbr7"')
  })

  it('names the way out for every bridge that stays', () => {
    const message = (bridges: readonly InterfaceSeen[]) =>
      planBridges(wantsOf([], { removals: JD_GOES.removals }), network(bridges)).findings.get('vmbr1001')?.message
    expect(message([rangeBridge(1, 'JD', { ports: ['eth1'] })])).to.equal(
      'bridge vmbr1001: it is to go and stays on node pve1, because it has eth1 attached; detach that, then this goes on by itself',
    )
    expect(message([rangeBridge(1, 'JD'), netInterface('vmbr1001.10')])).to.contain('remove vmbr1001.10')
    expect(message([rangeBridge(1, 'KL')])).to.contain('pvesh delete /nodes/pve1/network/vmbr1001 && pvesh set')
  })

  it('names the way out of every conflict', () => {
    const message = (bridges: readonly InterfaceSeen[]) =>
      planBridges(wantsOf(JD), network(bridges)).findings.get('vmbr1001')?.message
    expect(message([rangeBridge(1, 'JD', { comment: undefined })])).to.contain('range_number: 1 and it is taken over')
    expect(message([rangeBridge(1, 'XX')])).to.match(/"lanista range XX".*range_number to a free number/)
    expect(message([netInterface('vmbr1001', { type: 'vlan' })])).to.match(/type vlan; set .*range_number/)
  })
})
