import type { Finding } from '../../model/condition.ts'
import { bridgeName, formerNatBridge, NAT_VNET, vnetName } from '../../model/identity.ts'
import type { GrantAction } from '../../model/plan/actions.ts'
import type { NetworkNames, NetworkPlan } from '../../model/plan/network-plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { type ZoneFinding, zoneObstacleOf } from '../../model/zone-finding.ts'
import type { Ground } from './ground.ts'
import { ignoredWishes } from './ignored-wishes.ts'
import { networksOfEitherKind } from './networks-of-either-kind.ts'
import { onlyNodeIn } from '../network-mode.ts'
import { rangeOnBridges } from './other-networks.ts'
import { numberedBridges } from '../bridge/range-bridge.ts'
import { rangeNumberOf } from '../range-number.ts'
import { reloadsUnderWay } from '../reloading-nodes.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { nodeStates } from '../vnet/node-states.ts'
import { numberedVnets } from '../vnet/numbered-vnets.ts'
import { planGrant } from '../vnet/plan-acl.ts'
import { planVnets } from '../vnet/plan-vnets.ts'
import { vnetWantsOf } from '../vnet/vnet-wants.ts'

/** A range's number and networks, whatever they are made of. */
export type PlannedNetwork =
  | {
      readonly kind: 'planned'
      readonly number: number
      readonly network: NetworkPlan
      /** Node -> why no VM of a range can be placed there. */
      readonly unreached: ReadonlyMap<string, string>
      /** Of the others: node -> why no router can be placed there. */
      readonly withoutNat: ReadonlyMap<string, string>
      readonly zoneFindings: readonly ZoneFinding[]
      /** What a group lacks to use the range's network. */
      readonly grant: GrantAction | undefined
      /** The node of all VMs, whatever `target_node` says; undefined where ranges span nodes. */
      readonly onlyNode: string | undefined
      /** Remarks for people that stop nothing. */
      readonly notes: readonly string[]
    }
  | RefusedNetwork

/** Nothing can be planned before this is mended. */
export interface RefusedNetwork {
  readonly kind: 'refused'
  readonly part: 'ZoneReady' | 'NetworkReady'
  readonly finding: Finding
  /** What is wrong with the zone, when that was looked at. */
  readonly zoneFindings: readonly ZoneFinding[]
}

/** A range's networks where it gets VNets: the NAT VNet and its own in the zone, which is checked first. */
export function planVnetNetwork(
  spec: RangeSpec,
  ground: Ground,
  promised: ReadonlyMap<number, string>,
): PlannedNetwork {
  const { snapshot, settings, zone, repair } = ground
  const { findings: zoneFindings, unreached, withoutNat } = zone
  const refused = (part: RefusedNetwork['part'], finding: Finding): RefusedNetwork => ({
    kind: 'refused',
    part,
    finding,
    zoneFindings,
  })
  const bridges = snapshot.nodeNetworks.flatMap(numberedBridges)
  const networks = networksOfEitherKind(spec.id, numberedVnets(snapshot), bridges)
  const numbered = rangeNumberOf(spec.id, spec.number, { networks, guests: snapshot.guests }, promised, settings)
  // Whoever has just made a zone beside bridges is not helped by what the zone lacks.
  const elsewhere =
    'finding' in numbered ? undefined : rangeOnBridges(spec.id, numbered.number, settings.zone, snapshot)
  if (elsewhere !== undefined) return refused('NetworkReady', elsewhere)
  const obstacle = zoneObstacleOf(zoneFindings)
  if (obstacle !== undefined) return refused('ZoneReady', obstacle)
  if (!snapshot.quorate) return refused('NetworkReady', NO_QUORUM)
  if ('finding' in numbered) return refused('NetworkReady', numbered.finding)
  const { number } = numbered

  const home = { ...settings, tagged: zone.tagged }
  const vnets = vnetWantsOf(spec.id, number, spec.number !== undefined, home)
  const names = namesOf(number, ground)
  const { actions, findings } = planVnets({ wants: vnets, removals: [] }, snapshot, settings)
  const finding = findings.get(names.range) ?? findings.get(names.nat)
  if (finding !== undefined) return refused('NetworkReady', finding)

  const nodes = nodeStates([names.nat, names.range], snapshot, zone)
  const wants = { kind: 'vnets', vnets, removals: [] } as const
  const reloads = reloadsUnderWay(snapshot)
  const [busy, hangs] = [reloads.some((each) => !each.hangs), reloads.some((each) => each.hangs)]
  const network: NetworkPlan = { names, wants, actions, nodes, busy, hangs, repair }
  const grant = planGrant(names.range, settings.zone, settings.aclGroup, snapshot.acl)
  const onlyNode = onlyNodeIn(snapshot, settings)
  const notes = onlyNode === undefined ? [] : ignoredWishes(spec, onlyNode)
  return { kind: 'planned', number, network, unreached, withoutNat, zoneFindings, grant, onlyNode, notes }
}

function namesOf(number: number, { snapshot, settings, zone: { withoutNat } }: Ground): NetworkNames {
  const nat = snapshot.vnets.find(({ name }) => name === NAT_VNET.name)
  const seen = nat?.running ?? nat?.configured
  return {
    nat: NAT_VNET.name,
    range: vnetName(number),
    zones: [...new Set([settings.zone, seen?.zone ?? settings.zone])],
    former: [formerNatBridge(settings.natBridge), bridgeName(number)],
    ...(seen?.vlanAware === false ? { natRefusesVlans: true } : {}),
    ...(withoutNat.size > 0 ? { natLacking: Object.fromEntries(withoutNat) } : {}),
  }
}
