import type { Finding } from '../../model/condition.ts'
import { NAT_VNET, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NetworkPlan } from '../../model/plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { rangeNumberOf } from '../range-number.ts'
import { checkZone } from '../zone/check-zone.ts'
import { isReloading, nodeStates } from './node-states.ts'
import { planVnets } from './plan-vnets.ts'
import { vnetWantsOf } from './vnet-wants.ts'

/** A range's number and networks, whatever they are made of. */
export type PlannedNetwork =
  | {
      readonly kind: 'planned'
      readonly number: number
      readonly network: NetworkPlan
      /** Node -> why no VM of a range can be placed there. */
      readonly unreached: ReadonlyMap<string, string>
    }
  /** Nothing can be planned before this is mended. */
  | { readonly kind: 'refused'; readonly part: 'ZoneReady' | 'NetworkReady'; readonly finding: Finding }

/** A range's networks on a cluster: the NAT VNet and its own VNet in the VXLAN zone, which is checked first. */
export function planClusterNetwork(
  spec: Pick<RangeSpec, 'id' | 'number'>,
  snapshot: ClusterSnapshot,
  promised: ReadonlyMap<number, string>,
  settings: PlanSettings,
): PlannedNetwork {
  const zone = checkZone(snapshot, settings.zone)
  if (zone.kind === 'unusable') return { kind: 'refused', part: 'ZoneReady', finding: zone.finding }
  if (!snapshot.quorate) {
    const message =
      'cluster: it has no quorum, so Proxmox takes no changes; bring nodes back, then this goes on by itself'
    return { kind: 'refused', part: 'NetworkReady', finding: { reason: 'NoQuorum', message } }
  }

  const numbered = rangeNumberOf(spec.id, spec.number, snapshot, promised, settings)
  if ('finding' in numbered) return { kind: 'refused', part: 'NetworkReady', finding: numbered.finding }
  const { number } = numbered

  const vnets = vnetWantsOf(spec.id, number, spec.number !== undefined, settings)
  const names = { nat: NAT_VNET.name, range: vnetName(number) }
  const { actions, findings } = planVnets({ wants: vnets, removals: [] }, snapshot, settings)
  const finding = findings.get(names.range) ?? findings.get(names.nat)
  if (finding !== undefined) return { kind: 'refused', part: 'NetworkReady', finding }

  const nodes = nodeStates(settings.zone, [names.nat, names.range], snapshot, zone.unreached)
  const wants = { kind: 'vnets', vnets, removals: [] } as const
  const network: NetworkPlan = { names, wants, actions, nodes, busy: isReloading(snapshot) }
  return { kind: 'planned', number, network, unreached: zone.unreached }
}
