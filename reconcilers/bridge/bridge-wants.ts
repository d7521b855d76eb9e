import type { BridgeWants, NetworkWants } from '../../model/plan/network-plan.ts'
import { inOrderOfName } from '../placement/compare-names.ts'

/** The names of all bridges that they are about. */
export const namesOf = ({ bridges, removals }: BridgeWants): readonly string[] => [
  ...bridges.map(({ name }) => name),
  ...removals.map(({ name }) => name),
]

/** The part of it that is about these bridges. */
export const only = (wants: BridgeWants, names: readonly string[]): BridgeWants => ({
  ...wants,
  bridges: wants.bridges.filter(({ name }) => names.includes(name)),
  removals: wants.removals.filter(({ name }) => names.includes(name)),
})

/** The bridges that all these ranges want, and those that are to go, node by node and in order of name, whoever asked first. */
export function wantsByNode(wants: readonly NetworkWants[]): readonly BridgeWants[] {
  const byNode = new Map<string, BridgeWants>()
  for (const each of wants) {
    if (each.kind !== 'bridges') continue
    const before = byNode.get(each.node)
    byNode.set(each.node, {
      ...each,
      bridges: inOrderOfName([...(before?.bridges ?? []), ...each.bridges]),
      removals: inOrderOfName([...(before?.removals ?? []), ...each.removals]),
    })
  }
  return [...byNode.values()]
}
