import { networkModeOf } from '../../reconcilers/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import { holdsOf } from '../../reconcilers/migration/holds.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { PlanResult } from '../../reconcilers/range/plan-range.ts'
import { checkDefaultNode } from '../../reconcilers/range/check-against-cluster.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planTurn, unbroken } from '../../reconcilers/range/plan-turn.ts'
import { NO_PROMISES } from '../../reconcilers/range/promises.ts'
import { planNetworks } from '../../reconcilers/range/plan-networks.ts'
import { ofRange } from '../terminal/plan-text.ts'
import type { PlannedRemoval } from './plan-removals.ts'

interface PlannedRange {
  readonly spec: RangeSpec
  readonly result: PlanResult
  readonly snapshot: ClusterSnapshot
}

export interface PlannedTogether extends Pick<PlanReport, 'nodes'> {
  readonly ranges: readonly PlannedRange[]
}

/** As one turn of a run plans them. */
export function planAll(
  specs: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  journal: MigrationJournal | undefined,
): PlannedTogether {
  const mode = networkModeOf(snapshot, settings)
  const ground = groundOf(snapshot, settings, mode, new Map(), holdsOf(journal, mode))
  const { results, joint } = planTurn(specs, ground, NO_PROMISES)
  const ranges = specs.flatMap((spec) => {
    const result = results.get(spec)
    return result === undefined ? [] : [{ spec, result: unbroken(result), snapshot }]
  })
  const nodes = (joint?.placements.capacity.rooms ?? []).map(({ node: { name, memoryBytes }, freeMemoryBytes }) => ({
    node: name,
    memoryBytes,
    freeMemoryBytes,
  }))
  return { ranges, nodes }
}

/** The networks of all ranges are planned together, as a run does: one apply for all. */
export function reportOf(
  { ranges: planned, nodes }: PlannedTogether,
  removals: readonly PlannedRemoval[],
  settings: PlanSettings,
): Pick<PlanReport, 'networkActions' | 'removals' | 'plans' | 'zoneFindings' | 'refused' | 'nodes'> {
  const plans = planned.flatMap(({ result }) => (result.kind === 'planned' ? [result.plan] : []))
  const refused = planned.flatMap(({ spec, result }) =>
    result.kind === 'refused' ? [{ rangeId: spec.id, message: ofRange(spec.id, result.finding.message) }] : [],
  )
  const wants = plans.map(({ network }) => network.wants)
  const going = removals.flatMap(({ wants: its }) => its ?? [])
  const waiting = removals.flatMap(({ order: { rangeId }, inTheWay }) =>
    inTheWay === undefined ? [] : [{ rangeId, message: inTheWay }],
  )
  const snapshot = planned[0]?.snapshot ?? removals[0]?.snapshot
  const misconfigured = (snapshot === undefined ? [] : checkDefaultNode(snapshot, settings)).map(
    ({ finding, remedy }) => ({ rangeId: undefined, message: `${finding}; ${remedy}` }),
  )
  const networks = snapshot && planNetworks([...wants, ...going], snapshot, settings)
  return {
    networkActions: networks?.actions ?? [],
    removals: removals.flatMap(({ order: { rangeId }, actions }) =>
      actions.length === 0 ? [] : [{ rangeId, actions }],
    ),
    plans,
    nodes,
    // All ranges of a turn see the same zone; of one that can't be used the refusals tell.
    zoneFindings: plans[0]?.zoneFindings ?? [],
    refused: [
      ...misconfigured,
      ...refused,
      ...waiting,
      ...(networks?.stays ?? []).map(({ message }) => ({ rangeId: undefined, message })),
    ],
  }
}
