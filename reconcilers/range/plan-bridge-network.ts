import type { Finding } from '../../model/condition.ts'
import { bridgeName, isConfiguredFor, NAT_VNET, ownerMark, VMIDS_PER_RANGE, vnetName } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { BridgeWants, NetworkPlan } from '../../model/plan/network-plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Ground } from './ground.ts'
import { numberedVnets } from '../vnet/numbered-vnets.ts'
import { ignoredWishes } from './ignored-wishes.ts'
import { networksOfEitherKind } from './networks-of-either-kind.ts'
import { rangeOnVnets } from './other-networks.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { bridgesHidden } from '../not-visible.ts'
import { rangeNumberOf } from '../range-number.ts'
import { hangingNodes, hangingText, reloadingNodes, type ReloadUnderWay } from '../reloading-nodes.ts'
import type { PlannedNetwork } from './plan-vnet-network.ts'
import { checkNatBridge } from '../bridge/check-nat-bridge.ts'
import { onlyNodeOf } from '../bridge/only-node.ts'
import { planBridges } from '../bridge/plan-bridges.ts'
import { numberedBridges } from '../bridge/range-bridge.ts'
import { networksMissing } from '../vnet/networks-missing.ts'

/** A range's networks on a single node: the NAT bridge, which is checked, and its own bridge. There is no zone. */
export function planBridgeNetwork(
  spec: RangeSpec,
  { snapshot, settings, repair }: Ground,
  promised: ReadonlyMap<number, string>,
): PlannedNetwork {
  const chosen = onlyNodeOf(snapshot, settings)
  if ('finding' in chosen) return refused(chosen.finding)
  const { node } = chosen
  if (!snapshot.quorate) return refused(NO_QUORUM)
  const network = snapshot.nodeNetworks.find((each) => each.node === node)
  const hidden = bridgesHidden(`range ${spec.id}`, 'so no bridge is made for it', snapshot)
  if (hidden !== undefined) return refused(hidden)
  const number = numberOf(spec, snapshot, node, promised, settings)
  if ('finding' in number) return refused(number.finding)

  const adoptUnmarked = spec.number !== undefined || hasVms(spec.id, number.number, snapshot, settings)
  const wants = bridgeWantsOf(spec.id, number.number, adoptUnmarked, node, settings)
  const elsewhere = rangeOnVnets(spec.id, number.number, node, snapshot)
  if (elsewhere !== undefined) return refused(elsewhere)
  const former = [NAT_VNET.name, vnetName(number.number)]
  const names = { nat: settings.natBridge, range: bridgeName(number.number), former }
  const busy = reloadingNodes(snapshot).has(node)
  const hanging = hangingNodes(snapshot).get(node)
  const { actions, findings } = planBridges(wants, network, { reloading: busy || hanging !== undefined })
  const nat = network === undefined ? undefined : checkNatBridge(network, settings.natBridge)
  const finding = nat?.kind === 'unusable' ? nat.finding : findings.get(names.range)
  if (finding !== undefined && hanging === undefined) return refused(finding)
  if (hanging !== undefined && (finding !== undefined || actions.length > 0)) {
    const without = [{ node, ...stateOf(false, busy, hanging) }]
    return refused(networksMissing(spec.id, without, { kind: 'pending' }))
  }

  const nodes = [{ node, ...stateOf(actions.length > 0, busy, hanging) }]
  const plan: NetworkPlan = { names, wants, actions, nodes, busy, hangs: hanging !== undefined, repair }
  const notes = [
    ...(nat?.kind === 'usable' ? nat.notes : []),
    ...ignoredWishes(spec, node),
    ...unusedZone(snapshot, settings),
  ]
  return {
    kind: 'planned',
    number: number.number,
    network: plan,
    unreached: others(snapshot, node),
    withoutNat: new Map(),
    zoneFindings: [],
    grant: undefined,
    onlyNode: node,
    notes,
  }
}

function stateOf(
  isToBeMade: boolean,
  busy: boolean,
  hanging: ReloadUnderWay | undefined,
): Omit<NodeNetworkState, 'node'> {
  if (isToBeMade) return { state: 'absent', message: 'has no network of the range yet' }
  if (hanging !== undefined) return { state: 'hanging', message: hangingText(hanging), task: hanging.task.upid }
  return busy ? { state: 'reloading', message: 'is reloading its network' } : { state: 'available', message: '' }
}

/** The bridge of a range, for the node it is wanted on. */
export const bridgeWantsOf = (
  rangeId: string,
  number: number,
  adoptUnmarked: boolean,
  node: string,
  { natBridge, applyForeign }: Pick<PlanSettings, 'natBridge' | 'applyForeign'>,
): BridgeWants => ({
  kind: 'bridges',
  node,
  natBridge,
  bridges: [{ name: bridgeName(number), mark: ownerMark(rangeId), adoptUnmarked }],
  removals: [],
  applyForeign,
})

/** True when VMs of the range have VMIDs of that number: then a bridge of the number has only lost its mark. */
const hasVms = (rangeId: string, number: number, { guests }: ClusterSnapshot, { vmidBase }: PlanSettings): boolean =>
  guests.some(
    ({ vmid, pool, tags }) =>
      pool === rangeId && isConfiguredFor(rangeId, tags) && Math.floor((vmid - vmidBase) / VMIDS_PER_RANGE) === number,
  )

function numberOf(
  spec: RangeSpec,
  snapshot: ClusterSnapshot,
  node: string,
  promised: ReadonlyMap<number, string>,
  settings: PlanSettings,
): ReturnType<typeof rangeNumberOf> {
  const { nodeNetworks, guests } = snapshot
  const network = nodeNetworks.find((each) => each.node === node)
  const own = network === undefined ? [] : numberedBridges(network)
  const networks = networksOfEitherKind(spec.id, own, numberedVnets(snapshot))
  return rangeNumberOf(spec.id, spec.number, { networks, guests }, promised, settings)
}

const others = ({ nodes }: ClusterSnapshot, node: string): ReadonlyMap<string, string> =>
  new Map(
    nodes
      .map(({ name }) => name)
      .filter((name) => name !== node)
      .sort()
      .map((name) => [name, `is left out, since cluster_mode: false keeps ranges on proxmox_node ${node}`]),
  )

/** A zone that is nearly the configured one is most likely meant, and ranges get no VNets of it. */
function unusedZone(
  { zones }: Pick<ClusterSnapshot, 'zones'>,
  { zone, clusterMode }: Pick<PlanSettings, 'zone' | 'clusterMode'>,
): readonly string[] {
  const near = zones.find(({ name }) => name.toLowerCase() === zone.toLowerCase())
  if (clusterMode === false || near === undefined) return []
  const why = near.name === zone ? `is of type ${printable(near.type)}` : 'differs from it in capital and small letters'
  return [`zone ${near.name} is there and ${why}, so ranges get bridges, and no VNets of sdn_zone ${zone}`]
}

const refused = (finding: Finding): PlannedNetwork => ({
  kind: 'refused',
  part: 'NetworkReady',
  finding,
  zoneFindings: [],
})
