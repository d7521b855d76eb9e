import { networkModeOf } from '../../reconcilers/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { nodeRemedy } from '../../reconcilers/placement/decide.ts'
import { withoutNode } from '../../reconcilers/range/without-node.ts'
import { absenceText } from '../terminal/absence-text.ts'
import type { Paint } from '../terminal/paint.ts'

/** `lanista plan --without-node`. Status 0: no VM of a range would be down, 2: all could be created anew, 1: some could not. */
export function planWithout(
  node: string,
  specs: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  paint: Paint,
  print: (line: string) => void,
): number {
  const nodes = snapshot.nodes.map(({ name }) => name)
  if (!nodes.includes(node))
    throw new UserError(
      `--without-node ${printable(node)}: it is not a node of this cluster; ${nodeRemedy(node, nodes)}`,
    )
  const report = withoutNode(node, specs, snapshot, settings, networkModeOf(snapshot, settings))
  for (const line of absenceText(report, paint)) print(line)
  if (report.down.length === 0) return 0
  return report.down.every(({ elsewhere }) => elsewhere.kind === 'possible') && !report.losesQuorum ? 2 : 1
}
