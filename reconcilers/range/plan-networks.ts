import type { Finding } from '../../model/condition.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NetworkAction } from '../../model/plan/actions.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { wantsByNode } from '../bridge/bridge-wants.ts'
import { planBridges } from '../bridge/plan-bridges.ts'
import { planVnets } from '../vnet/plan-vnets.ts'

/** The network changes of all ranges together, as one turn would make them, and why networks that are to go stay. */
export function planNetworks(
  wants: readonly NetworkWants[],
  snapshot: ClusterSnapshot,
  settings: Pick<PlanSettings, 'applyForeign'>,
): { readonly actions: readonly NetworkAction[]; readonly stays: readonly Finding[] } {
  const vnets = wants.flatMap((each) => (each.kind === 'vnets' ? each.vnets : []))
  const removals = wants.flatMap((each) => (each.kind === 'vnets' ? each.removals : []))
  const ofBridges = wantsByNode(wants).map((each) => {
    const network = snapshot.nodeNetworks.find(({ node }) => node === each.node)
    return { removals: each.removals, plan: planBridges(each, network) }
  })
  const anyVnets = vnets.length + removals.length > 0
  const ofVnets = anyVnets ? [{ removals, plan: planVnets({ wants: vnets, removals }, snapshot, settings) }] : []
  const plans = [...ofVnets, ...ofBridges]
  return {
    actions: plans.flatMap(({ plan }): readonly NetworkAction[] => plan.actions),
    stays: plans.flatMap(({ plan, removals: going }) => going.flatMap(({ name }) => plan.findings.get(name) ?? [])),
  }
}
