import type { Finding } from '../../model/condition.ts'
import { NAT_VNET, vnetName } from '../../model/identity.ts'
import type { GrantAction } from '../../model/plan/actions.ts'
import type { NetworkPlan } from '../../model/plan/network-plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { type ZoneFinding, zoneObstacleOf } from '../../model/zone-finding.ts'
import type { Ground } from './ground.ts'
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

/** A range's networks on a cluster: the NAT VNet and its own VNet in the VXLAN zone, which is checked first. */
export function planVnetNetwork(
  spec: Pick<RangeSpec, 'id' | 'number'>,
  { snapshot, settings, zone, repair }: Ground,
  promised: ReadonlyMap<number, string>,
): PlannedNetwork {
  const { findings: zoneFindings, unreached } = zone
  const refused = (part: RefusedNetwork['part'], finding: Finding): RefusedNetwork => ({
    kind: 'refused',
    part,
    finding,
    zoneFindings,
  })
  const obstacle = zoneObstacleOf(zoneFindings)
  if (obstacle !== undefined) return refused('ZoneReady', obstacle)
  if (!snapshot.quorate) return refused('NetworkReady', NO_QUORUM)

  const seen = { networks: numberedVnets(snapshot), guests: snapshot.guests }
  const numbered = rangeNumberOf(spec.id, spec.number, seen, promised, settings)
  if ('finding' in numbered) return refused('NetworkReady', numbered.finding)
  const { number } = numbered

  const vnets = vnetWantsOf(spec.id, number, spec.number !== undefined, settings)
  const names = { nat: NAT_VNET.name, range: vnetName(number) }
  const { actions, findings } = planVnets({ wants: vnets, removals: [] }, snapshot, settings)
  const finding = findings.get(names.range) ?? findings.get(names.nat)
  if (finding !== undefined) return refused('NetworkReady', finding)

  const nodes = nodeStates(settings.zone, [names.nat, names.range], snapshot, unreached)
  const wants = { kind: 'vnets', vnets, removals: [] } as const
  const reloads = reloadsUnderWay(snapshot)
  const [busy, hangs] = [reloads.some((each) => !each.hangs), reloads.some((each) => each.hangs)]
  const network: NetworkPlan = { names, wants, actions, nodes, busy, hangs, repair }
  const grant = planGrant(names.range, settings.zone, settings.aclGroup, snapshot.acl)
  return { kind: 'planned', number, network, unreached, zoneFindings, grant, onlyNode: undefined, notes: [] }
}
