import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { PlanResult } from '../../reconcilers/range/plan-range.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planTurn, unbroken } from '../../reconcilers/range/plan-turn.ts'
import type { Promises } from '../../reconcilers/range/promises.ts'

/** What a turn plans for one range that is alone in it. */
export function planRange(
  spec: RangeSpec,
  snapshot: ClusterSnapshot,
  promises: Promises,
  settings: PlanSettings,
  mode: NetworkMode | Finding,
): PlanResult {
  const result = planTurn([spec], groundOf(snapshot, settings, mode), promises).results.get(spec)
  if (result === undefined) throw new Error(`range ${spec.id} was not planned`)
  return unbroken(result)
}
