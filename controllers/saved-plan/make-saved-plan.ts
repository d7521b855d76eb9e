import type { PlanReport } from '../../model/plan/plan-report.ts'
import type { SavedPlan } from '../../model/saved-plan.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { shownUrl } from '../../model/shown-url.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { actionsIn, savedAction } from '../../reconcilers/saved-plan/listed-actions.ts'
import type { GroundNow } from '../../reconcilers/saved-plan/what-moved.ts'
import { digestOf, digestOfSpec } from './digests.ts'

/** What a plan was made of. */
export interface PlanGround {
  /** Ranges that are acted on, as their files ask. */
  readonly specs: readonly RangeSpec[]
  readonly settings: PlanSettings
  /** Of the API, as the configuration names them. */
  readonly hosts: readonly string[]
  readonly snapshot: Pick<ClusterSnapshot, 'clusterName' | 'nodes'>
}

/** What a plan is held against later. */
export const groundNow = ({ specs, settings, hosts, snapshot }: PlanGround): GroundNow => ({
  cluster: {
    name: snapshot.clusterName ?? null,
    nodes: snapshot.nodes.map(({ name }) => name).toSorted(),
    hosts: hosts.map(shownUrl).toSorted(),
  },
  settings: digestOf(settings),
  specs: new Map(specs.map((spec) => [spec.id, digestOfSpec(spec)])),
})

/** A plan with what it was based on, to be kept. */
export function makeSavedPlan(report: PlanReport, ground: PlanGround, lanista: string, now: number): SavedPlan {
  const { cluster, settings, specs } = groundNow(ground)
  const ids = [...new Set([...report.plans, ...report.removals].map(({ rangeId }) => rangeId))].toSorted()
  const actions = actionsIn(report)
  return {
    apiVersion: 'lanista/v1',
    kind: 'SavedPlan',
    version: 1,
    lanista,
    createdAt: new Date(now).toISOString(),
    basedOn: {
      cluster,
      settings,
      ranges: ids.map((range) => ({ range, file: report.files.get(range) ?? null, spec: specs.get(range) ?? null })),
    },
    placements: actions.flatMap(({ range, action }) =>
      action.kind === 'clone-vm' && range !== undefined
        ? [{ range, vm: action.vm, vmid: action.vmid, node: action.node }]
        : [],
    ),
    actions: actions.map(savedAction),
  }
}
