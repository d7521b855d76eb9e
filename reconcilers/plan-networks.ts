import type { PlanSettings } from '../model/plan-settings.ts'
import type { BridgeWants, NetworkAction, NetworkWants } from '../model/plan.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { planBridges } from './bridge/plan-bridges.ts'
import { planVnets } from './vnet/plan-vnets.ts'

/** The network changes of all ranges together, as one turn would make them. */
export function planNetworks(
  wants: readonly NetworkWants[],
  snapshot: ClusterSnapshot,
  settings: Pick<PlanSettings, 'applyForeign'>,
): readonly NetworkAction[] {
  const vnets = wants.flatMap((each) => (each.kind === 'vnets' ? each.vnets : []))
  const removals = wants.flatMap((each) => (each.kind === 'vnets' ? each.removals : []))
  const bridges = wantsByNode(wants).flatMap((each) => {
    const network = snapshot.nodeNetworks.find(({ node }) => node === each.node)
    return planBridges(each, network).actions
  })
  const anyVnets = vnets.length + removals.length > 0
  return [...(anyVnets ? planVnets({ wants: vnets, removals }, snapshot, settings).actions : []), ...bridges]
}

/** The bridges that all these ranges want, node by node. */
export function wantsByNode(wants: readonly NetworkWants[]): readonly BridgeWants[] {
  const byNode = new Map<string, BridgeWants>()
  for (const each of wants) {
    if (each.kind !== 'bridges') continue
    byNode.set(each.node, { ...each, bridges: [...(byNode.get(each.node)?.bridges ?? []), ...each.bridges] })
  }
  return [...byNode.values()]
}
