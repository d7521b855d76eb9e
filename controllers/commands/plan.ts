import { type PlanSettings, planSettingsOf } from '../../model/plan-settings.ts'
import { actionsOf, type NetworkWants } from '../../model/plan.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { isSuspended, type RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { PlanResult } from '../../reconcilers/plan-range.ts'
import { planNetworks } from '../../reconcilers/plan-networks.ts'
import { planRemoval, type RemovalPlan } from '../../reconcilers/vnet/plan-removal.ts'
import type { Composition } from '../composition.ts'
import { Planning } from '../planning.ts'
import { suspendedText } from '../range-conditions.ts'
import type { Paint } from '../terminal/paint.ts'
import { type PlanReport, planText } from '../terminal/plan-text.ts'

/**
 * `lanista plan`: what a run would change and why. Writes nothing.
 *
 * @returns the exit status: 0 nothing to do, 2 changes, 1 something is in the way
 */
export async function planCommand(
  options: { readonly config: string },
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(options.config)
  const { proxmox, files } = await composition.connect(config, composition.openLog())
  const { specs: all, warnings, diagnostics } = await readAll(files)
  const now = composition.clock.now()
  const awake = all.filter((spec) => !isSuspended(spec, now))
  const specs = awake.filter(({ state }) => state === 'present')
  const suspended = all.filter((spec) => isSuspended(spec, now)).map(suspendedText)
  const settings = planSettingsOf(config)
  const planning = new Planning(proxmox, () => settings, composition.clock, signal)
  const planned = await Promise.all(specs.map(async (spec) => ({ spec, ...(await planning.plan(spec)) })))
  const absent = awake.filter(({ state }) => state === 'absent').map(({ id }) => id)
  const removals = absent.length === 0 ? [] : removalsOf(absent, await proxmox.observe(signal))
  const report = { ...reportOf(planned, removals, settings), suspended, warnings, diagnostics }
  for (const line of planText(report, paint)) print(line)
  return exitStatusOf(report)
}

/** 1 when something is in the way, 2 when there are changes, 0 otherwise. */
function exitStatusOf({ networkActions, plans, refused, diagnostics }: PlanReport): number {
  const blocked = plans.some(({ vms }) => vms.some(({ step }) => step.kind === 'blocked'))
  if (refused.length > 0 || diagnostics.length > 0 || blocked) return 1
  return networkActions.length > 0 || plans.some((plan) => actionsOf(plan).length > 0) ? 2 : 0
}

interface PlannedRemoval {
  readonly plan: RemovalPlan
  readonly snapshot: ClusterSnapshot
}

const removalsOf = (rangeIds: readonly string[], snapshot: ClusterSnapshot): readonly PlannedRemoval[] =>
  rangeIds.map((id) => ({ plan: planRemoval(id, snapshot), snapshot }))

interface PlannedRange {
  readonly spec: RangeSpec
  readonly result: PlanResult
  readonly snapshot: ClusterSnapshot
}

/** The networks of all ranges are planned together, as a run does: one apply for all. */
function reportOf(
  planned: readonly PlannedRange[],
  removals: readonly PlannedRemoval[],
  settings: PlanSettings,
): Pick<PlanReport, 'networkActions' | 'plans' | 'zoneFindings' | 'refused'> {
  const plans = planned.flatMap(({ result }) => (result.kind === 'planned' ? [result.plan] : []))
  const refused = planned.flatMap(({ spec, result }) =>
    result.kind === 'refused' ? [`range ${spec.id}: ${result.finding.message}`] : [],
  )
  const wants = plans.map(({ network }) => network.wants)
  const going = removals.flatMap(({ plan }) => (plan.kind === 'removable' ? plan.vnets : []))
  const waiting = removals.flatMap(({ plan }) => (plan.kind === 'waits' ? [plan.finding.message] : []))
  const snapshot = planned[0]?.snapshot ?? removals[0]?.snapshot
  const demand: readonly NetworkWants[] = [...wants, { kind: 'vnets', vnets: [], removals: going }]
  return {
    networkActions: snapshot === undefined ? [] : planNetworks(demand, snapshot, settings),
    plans,
    // All ranges of a turn see the same zone; of one that can't be used the refusals tell.
    zoneFindings: plans[0]?.zoneFindings ?? [],
    refused: [...refused, ...waiting],
  }
}

async function readAll(
  files: RangeFiles,
): Promise<{ readonly specs: readonly RangeSpec[] } & Pick<PlanReport, 'warnings' | 'diagnostics'>> {
  const reads = await Promise.all((await files.list()).map((id) => files.read(id)))
  const specs = reads.flatMap((read) => (read.kind === 'ok' ? [read.spec] : []))
  const diagnostics = reads.flatMap((read) => (read.kind === 'invalid' ? read.diagnostics : []))
  const warnings = reads.flatMap((read) => (read.kind === 'ok' ? read.warnings : []))
  return { specs, warnings, diagnostics }
}
