import { expect } from 'chai'
import { NAT_MARK, NAT_VNET } from '../../../model/identity.ts'
import type { VnetAction } from '../../../model/plan/actions.ts'
import type { ClusterSnapshot, VnetSeen } from '../../../model/snapshot.ts'
import { planVnets as planDemand } from '../../../reconcilers/vnet/plan-vnets.ts'
import { vnetWantsOf } from '../../../reconcilers/vnet/vnet-wants.ts'
import {
  changed,
  cluster,
  deleted,
  natVnet,
  node,
  rangeGuest,
  rangeVnet,
  simpleZone,
  unapplied,
  vnet,
  zone,
} from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const JD = vnetWantsOf('JD', 1, false, { ...settings(), tagged: true })
const JD_ASKED = vnetWantsOf('JD', 1, true, { ...settings(), tagged: true })
const KL = vnetWantsOf('KL', 2, false, { ...settings(), tagged: true })
const JD_SIMPLE = vnetWantsOf('JD', 1, false, { ...settings(), tagged: false })
const NODES = [node('pve1'), node('pve2')]
const UNTAGGED = { tag: undefined }
const SIMPLE = { zones: [simpleZone(), zone(NODES, { name: 'vx' })] }

const planVnets = (wants: typeof JD, seen: ClusterSnapshot) =>
  planDemand({ wants, removals: [] }, seen, { applyForeign: false })

const inWords = (actions: readonly VnetAction[]): readonly string[] =>
  actions.map((action) => {
    switch (action.kind) {
      case 'create-vnet':
        return `create ${action.vnet} ${action.config.tag}`
      case 'update-vnet':
        return `update ${action.vnet} ${JSON.stringify(action.changes)}${'tag' in action.changes && action.changes.tag === undefined ? ' less tag' : ''}`
      case 'delete-vnet':
        return `delete ${action.vnet}`
      case 'apply-sdn':
        return `apply ${action.vnets.join(' ')}`
    }
  })
const reasons = (findings: ReadonlyMap<string, { readonly reason: string }>): Readonly<Record<string, string>> =>
  Object.fromEntries([...findings].map(([name, { reason }]) => [name, reason]))

interface Row {
  readonly situation: string
  readonly wants?: typeof JD
  readonly vnets: readonly VnetSeen[]
  readonly more?: Partial<Pick<ClusterSnapshot, 'zones' | 'otherPending' | 'guests'>>
  readonly does?: readonly string[]
  readonly finds?: Readonly<Record<string, string>>
}

const rows: readonly Row[] = [
  {
    situation: 'makes both VNets of the first range in one apply',
    vnets: [],
    does: ['create ludusnat 16777215', 'create r1 1', 'apply ludusnat r1'],
  },
  {
    situation: 'makes the NAT VNet once for several ranges',
    wants: [...JD, ...KL],
    vnets: [],
    does: ['create ludusnat 16777215', 'create r1 1', 'create r2 2', 'apply ludusnat r1 r2'],
  },
  { situation: 'does nothing when all is as wanted', vnets: [natVnet(), rangeVnet(1, 'JD')] },
  {
    situation: 'leaves a NAT VNet as a person has it',
    vnets: [vnet('ludusnat', 77, 'my NAT', { vlanAware: false }), rangeVnet(1, 'JD')],
  },
  {
    situation: 'leaves a NAT VNet in another zone',
    vnets: [vnet('ludusnat', undefined, undefined, { zone: 'other', vlanAware: false }), rangeVnet(1, 'JD')],
  },
  {
    situation: 'makes both VNets without tag in a simple zone',
    wants: JD_SIMPLE,
    vnets: [],
    more: SIMPLE,
    does: ['create ludusnat undefined', 'create r1 undefined', 'apply ludusnat r1'],
  },
  {
    situation: 'does nothing when all is as wanted in a simple zone, beside a NAT VNet of the next Ludus',
    wants: JD_SIMPLE,
    vnets: [natVnet({ tag: undefined, alias: undefined, vlanAware: false }), rangeVnet(1, 'JD', UNTAGGED)],
    more: SIMPLE,
  },
  {
    situation: 'corrects a VNet of a simple zone that somebody has made blind to VLANs',
    wants: JD_SIMPLE,
    vnets: [natVnet(UNTAGGED), rangeVnet(1, 'JD', { ...UNTAGGED, vlanAware: false })],
    more: SIMPLE,
    does: ['update r1 {"vlanAware":true}', 'apply r1'],
  },
  {
    situation: 'moves a VNet without VMs into a simple zone, without its tag',
    wants: JD_SIMPLE,
    vnets: [natVnet(), rangeVnet(1, 'JD', { zone: 'vx' })],
    more: SIMPLE,
    does: ['update r1 {"zone":"ludus"} less tag', 'apply r1'],
  },
  {
    situation: "applies with its own what another range's crash left pending in a simple zone",
    wants: JD_SIMPLE,
    vnets: [natVnet(UNTAGGED), unapplied(rangeVnet(2, 'KL', UNTAGGED))],
    more: SIMPLE,
    does: ['create r1 undefined', 'apply r1'],
  },
  {
    situation: 'applies nothing over a tagged VNet that somebody prepared under the mark of a range of a simple zone',
    wants: JD_SIMPLE,
    vnets: [natVnet(UNTAGGED), unapplied(rangeVnet(2, 'KL', { zone: 'vx' }))],
    more: SIMPLE,
    finds: { r1: 'ForeignPending' },
  },
  ...[{ tag: 99 }, { zone: 'other' }].flatMap((change): readonly Row[] => [
    {
      situation: `moves no network that VMs of its range run on (${Object.keys(change).join()})`,
      vnets: [natVnet(), rangeVnet(1, 'JD', change)],
      more: { guests: [rangeGuest(1_010_011, 'JD', 'JD-a', { status: 'running' })] },
      finds: { r1: 'VnetInUse' },
    },
    {
      situation: `moves no network that a paused VM of its range hangs on (${Object.keys(change).join()})`,
      vnets: [natVnet(), rangeVnet(1, 'JD', change)],
      more: { guests: [rangeGuest(1_010_011, 'JD', 'JD-a', { status: 'paused' })] },
      finds: { r1: 'VnetInUse' },
    },
    {
      situation: `moves one whose VMs are off (${Object.keys(change).join()})`,
      vnets: [natVnet(), rangeVnet(1, 'JD', change)],
      more: {
        guests: [
          rangeGuest(1_010_011, 'JD', 'JD-a', { status: 'stopped' }),
          rangeGuest(5, 'KL', 'x', { status: 'running' }),
        ],
      },
      does: [
        `update r1 ${JSON.stringify(Object.keys(change).join() === 'tag' ? { tag: 1 } : { zone: 'ludus' })}`,
        'apply r1',
      ],
    },
  ]),
  {
    situation: 'corrects tag, zone and VLAN-awareness of its own VNet, and nothing else',
    vnets: [natVnet(), rangeVnet(1, 'JD', { tag: 99, zone: 'other', vlanAware: false })],
    does: ['update r1 {"zone":"ludus","tag":1,"vlanAware":true}', 'apply r1'],
  },
  {
    situation: 'carries its own VNets through that a crash left pending',
    vnets: [unapplied(natVnet()), unapplied(rangeVnet(1, 'JD'))],
    does: ['apply ludusnat r1'],
  },
  {
    situation: 'carries its own correction through that a crash left pending',
    vnets: [natVnet(), changed(rangeVnet(1, 'JD', { tag: 99 }), { tag: 1 })],
    does: ['apply r1'],
  },
  {
    situation: 'corrects a pending change of its own VNet before it is applied',
    vnets: [natVnet(), changed(rangeVnet(1, 'JD'), { tag: 99 })],
    does: ['update r1 {"tag":1}', 'apply r1'],
  },
  {
    situation: "takes another range's left-over VNet along, which an apply commits as well",
    vnets: [natVnet(), unapplied(rangeVnet(2, 'KL'))],
    does: ['create r1 1', 'apply r1'],
  },
  {
    situation: "takes another range's left-over correction along",
    vnets: [natVnet(), changed(rangeVnet(2, 'KL', { tag: 99 }), { tag: 2 })],
    does: ['create r1 1', 'apply r1'],
  },
  ...[UNTAGGED, {}].flatMap((tag): readonly Row[] => {
    const wants = tag === UNTAGGED ? JD_SIMPLE : JD
    const moved = (number: number, id: string) =>
      changed(rangeVnet(number, id, { ...tag, zone: 'vx' }), { zone: 'ludus' })
    const more = { ...SIMPLE, guests: [rangeGuest(2_010_011, 'KL', 'KL-a')] }
    const kind = tag === UNTAGGED ? 'without tags' : 'with tags'
    return [
      {
        situation: `brings no move of another range's VNet into force under its VMs, as if it were a correction of ours (${kind})`,
        wants,
        vnets: [natVnet(tag), moved(2, 'KL')],
        more,
        finds: { r1: 'ForeignPending' },
      },
      {
        situation: `brings no move into force with another range's VNet that its own range may not make (${kind})`,
        wants: [...wants, ...vnetWantsOf('KL', 2, false, { ...settings(), tagged: tag !== UNTAGGED })],
        vnets: [natVnet(tag), moved(2, 'KL')],
        more,
        finds: { r1: 'ForeignPending', r2: 'VnetInUse' },
      },
    ]
  }),
  {
    situation: 'brings no change of a VNet into force that two ranges want, so that nobody corrects it',
    wants: [...JD, ...KL, ...vnetWantsOf('XX', 2, true, { ...settings(), tagged: true })],
    vnets: [natVnet(), changed(rangeVnet(2, 'KL'), { zone: 'other' })],
    finds: { r1: 'ForeignPending', r2: 'VnetContested' },
  },
  {
    situation: "waits for somebody's change to another range's VNet",
    vnets: [natVnet(), changed(rangeVnet(2, 'KL'), { tag: 99 })],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: 'applies no new NAT VNet that only carries the mark, and has another tag',
    wants: KL,
    vnets: [unapplied(vnet('ludusnat', 77, NAT_MARK))],
    finds: { ludusnat: 'ForeignPending', r2: 'ForeignPending' },
  },
  ...[{ zone: 'vx' }, { vlanAware: false }].map((other): Row => ({
    situation: `applies no new NAT VNet that only carries the mark, with ${JSON.stringify(other)}`,
    wants: KL,
    vnets: [unapplied(natVnet(other))],
    finds: { ludusnat: 'ForeignPending', r2: 'ForeignPending' },
  })),
  {
    situation:
      "waits for somebody's change of the NAT VNet's VLAN-awareness, whose zone and tag are as Lanista makes them",
    vnets: [changed(natVnet(), { vlanAware: false })],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: "applies nothing over another range's VNet that is not VLAN-aware, as Lanista makes none",
    vnets: [natVnet(), unapplied(rangeVnet(2, 'KL', { vlanAware: false }))],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's new VNet",
    vnets: [natVnet(), unapplied(vnet('lab', 500, undefined))],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's deletion of another VNet",
    vnets: [natVnet(), deleted(vnet('lab', 500, undefined))],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: "waits for somebody's change to the NAT VNet",
    vnets: [changed(natVnet(), { tag: 77 })],
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: 'waits for a NAT VNet that somebody made and never applied',
    vnets: [unapplied(vnet('ludusnat', 77, undefined)), rangeVnet(1, 'JD')],
    finds: { ludusnat: 'ForeignPending' },
  },
  {
    situation: 'waits for a pending change of the zone',
    vnets: [natVnet()],
    more: { zones: [zone(NODES, { pending: 'changed' })] },
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: 'waits for pending changes of other SDN objects',
    vnets: [natVnet()],
    more: { otherPending: ['subnet 10.0.0.0/24'] },
    finds: { r1: 'ForeignPending' },
  },
  {
    situation: "is not bothered by somebody's pending change when it has nothing to write",
    vnets: [natVnet(), rangeVnet(1, 'JD'), unapplied(vnet('lab', 500, undefined))],
  },
  {
    situation: 'does not take a VNet of another range',
    vnets: [natVnet(), rangeVnet(1, 'XX')],
    finds: { r1: 'VnetTaken' },
  },
  {
    situation: 'does not take a VNet of another range even when its number is asked for',
    wants: JD_ASKED,
    vnets: [natVnet(), rangeVnet(1, 'XX')],
    finds: { r1: 'VnetTaken' },
  },
  {
    situation: 'does not take an unmarked VNet',
    vnets: [natVnet(), vnet('r1', 1, undefined)],
    finds: { r1: 'VnetTaken' },
  },
  {
    situation: 'adopts an unmarked VNet when its number is asked for',
    wants: JD_ASKED,
    vnets: [natVnet(), vnet('r1', 1, undefined)],
    does: ['update r1 {"alias":"lanista range JD"}', 'apply r1'],
  },
  {
    situation: 'does not write over a deletion of its VNet',
    vnets: [natVnet(), deleted(rangeVnet(1, 'JD'))],
    finds: { r1: 'VnetDeletionPending' },
  },
  {
    situation: 'does not write over a deletion of the NAT VNet',
    vnets: [deleted(natVnet()), rangeVnet(1, 'JD')],
    finds: { ludusnat: 'VnetDeletionPending' },
  },
  {
    situation: 'finds a tag that another VNet holds',
    vnets: [natVnet(), vnet('lab', 1, undefined)],
    finds: { r1: 'TagTaken' },
  },
  {
    situation: 'finds a tag that a VNet of an EVPN zone holds',
    vnets: [natVnet(), vnet('lab', 1, undefined, { zone: 'evpn1' })],
    more: { zones: [zone(NODES), zone(NODES, { name: 'evpn1', type: 'evpn' })] },
    finds: { r1: 'TagTaken' },
  },
  {
    situation: 'minds no tag of a VLAN zone',
    vnets: [natVnet(), vnet('lab', 1, undefined, { zone: 'vlans' })],
    more: { zones: [zone(NODES), zone(NODES, { name: 'vlans', type: 'vlan' })] },
    does: ['create r1 1', 'apply r1'],
  },
  {
    situation: 'finds the NAT tag held by another VNet',
    vnets: [vnet('lab', NAT_VNET.tag, undefined), rangeVnet(1, 'JD')],
    finds: { ludusnat: 'TagTaken' },
  },
  {
    situation: "goes on for one range when another range's tag is taken",
    wants: [...JD, ...KL],
    vnets: [natVnet(), vnet('lab', 1, undefined)],
    does: ['create r2 2', 'apply r2'],
    finds: { r1: 'TagTaken' },
  },
  {
    situation: 'gives a VNet to neither of two ranges that want it at once',
    wants: [...JD, ...vnetWantsOf('KL', 1, true, { ...settings(), tagged: true })],
    vnets: [natVnet()],
    finds: { r1: 'VnetContested' },
  },
]

describe('planVnets', () => {
  for (const { situation, wants = JD, vnets, more = {}, does = [], finds = {} } of rows) {
    it(situation, () => {
      const { actions, findings } = planVnets(wants, cluster({ nodes: NODES, vnets, ...more }))
      expect(inWords(actions)).to.deep.equal(does)
      expect(reasons(findings)).to.deep.equal(finds)
    })
  }

  it('says what is pending and what to do about it', () => {
    const vnets = [natVnet(), unapplied(vnet('lab', 500, undefined)), deleted(vnet('attic', 501, undefined))]
    const { findings } = planVnets(JD, cluster({ vnets, otherPending: ['subnet 10.0.0.0/24'] }))
    expect(findings.get('r1')?.message).to.contain(
      'vnet attic (deleted), vnet lab (new), subnet 10.0.0.0/24 (apply them in Datacenter > SDN, or roll them back',
    )
  })

  it('names the way out of every conflict', () => {
    const finding = (vnets: readonly VnetSeen[], name: string) =>
      planVnets(JD, cluster({ vnets })).findings.get(name)?.message
    const [unmarked, foreign] = [vnet('r1', 1, undefined), rangeVnet(1, 'XX')]
    expect(finding([natVnet(), unmarked], 'r1')).to.contain('range_number: 1 and it is taken over')
    expect(finding([natVnet(), foreign], 'r1')).to.match(/"lanista range XX".*set .*range_number to a free number/)
    expect(finding([vnet('lab', NAT_VNET.tag, undefined)], 'ludusnat')).to.contain('give lab another tag')
    expect(finding([natVnet(), vnet('lab', 1, undefined)], 'r1')).to.match(
      /vnet lab in zone ludus; .*vxlan_tag_base: 1, the nearest/,
    )
  })

  it('removes only a VNet that carries the mark of the range, as it is configured and as it runs', () => {
    const mine = rangeVnet(1, 'JD')
    const theirs = { ...mine.configured!, alias: 'printers' }
    const removals = [{ name: 'r1', alias: 'lanista range JD', reason: 'it is to go' }]
    const does = (seen: VnetSeen) =>
      inWords(
        planDemand({ wants: [], removals }, cluster({ nodes: NODES, vnets: [seen] }), { applyForeign: true }).actions,
      )
    expect(does(mine)).to.deep.equal(['delete r1', 'apply r1'])
    expect(does({ ...mine, pending: 'changed', running: theirs })).to.deep.equal([])
    expect(does({ ...mine, pending: 'changed', configured: theirs })).to.deep.equal([])
  })

  it('applies no deletion of a VNet that a range of the turn wants, nor one of a VNet with the mark of another range', () => {
    const removals = [{ name: 'r1', alias: 'lanista range JD', reason: 'it is to go' }]
    const does = (wants: typeof JD, seen: VnetSeen) =>
      inWords(planDemand({ wants, removals }, cluster({ vnets: [natVnet(), seen] }), { applyForeign: false }).actions)
    expect(does(KL, deleted(rangeVnet(1, 'JD')))).to.deep.equal(['create r2 2', 'apply r2 r1'])
    expect(does([...JD, ...KL], deleted(rangeVnet(1, 'JD')))).to.deep.equal([])
    expect(does(KL, deleted(rangeVnet(1, 'XX')))).to.deep.equal([])
  })

  it('names no call that Proxmox VE 8 does not have', () => {
    const gone = cluster({
      release: 8,
      nodes: NODES,
      zones: [zone(NODES)],
      vnets: [natVnet(), deleted(rangeVnet(1, 'JD'))],
    })
    const wanted = planVnets(JD, gone).findings.get('r1')?.message ?? ''
    expect(wanted).to.match(/pvesh create \/cluster\/sdn\/vnets --vnet r1 --zone ludus --tag 1 /)
    const foreign = cluster({
      release: 8,
      nodes: NODES,
      zones: [zone(NODES)],
      otherPending: ['subnet 10.0.0.0/8 (new)'],
    })
    const others = planVnets(JD, foreign).findings.get('r1')?.message ?? ''
    expect(others).to.match(/take them back there one by one/)
    expect(`${wanted} ${others}`).not.to.contain('rollback')
  })
})
