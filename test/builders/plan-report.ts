import type { PlanReport } from '../../model/plan/plan-report.ts'

/** A report of a plan in which there is nothing but what is given. */
export const planReport = (more: Partial<PlanReport> = {}): PlanReport => ({
  networkActions: [],
  removals: [],
  plans: [],
  zoneFindings: [],
  refused: [],
  suspended: [],
  held: [],
  withoutFile: [],
  unknown: [],
  away: [],
  warnings: [],
  diagnostics: [],
  files: new Map(),
  nodes: [],
  ...more,
})
