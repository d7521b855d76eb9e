import type { NodeAfter, PlanReport } from '../../model/plan/plan-report.ts'
import type { SavedAction, SavedPlan } from '../../model/saved-plan.ts'
import { printable } from '../../model/printable.ts'
import { actionsIn, savedAction } from './listed-actions.ts'

/** What a saved plan is held against: the same things, as they are now. */
export interface GroundNow {
  readonly cluster: SavedPlan['basedOn']['cluster']
  readonly settings: string
  /** Range id -> what stands for what its file asks for now; undefined where there is no valid file that is acted on. */
  readonly specs: ReadonlyMap<string, string | undefined>
}

/**
 * Why a plan does not hold any more, by what it was based on: another cluster, other settings, other files. A sentence each, with subject,
 * finding and remedy; none when all of it is as it was.
 */
export function groundMoved({ basedOn }: SavedPlan, now: GroundNow): readonly string[] {
  const { cluster, ranges } = basedOn
  const cure = 'make a new plan, and look at it'
  const called = (name: string | null, nodes: readonly string[]): string =>
    name === null ? `a single node (${nodes.join(', ')})` : `the cluster ${printable(name)}`
  const isOther =
    cluster.name !== now.cluster.name || (cluster.name === null && cluster.nodes.join() !== now.cluster.nodes.join())
  // Labs are made alike: a node on its own is called pve everywhere.
  const isElsewhere = !cluster.hosts.some((host) => now.cluster.hosts.includes(host))
  return [
    ...(isElsewhere && !isOther
      ? [
          `cluster: the plan was made through ${listed(cluster.hosts)}, and this configuration asks ${listed(now.cluster.hosts)}, which may be another of the same name; ${cure}`,
        ]
      : []),
    ...(isOther
      ? [
          `cluster: the plan was made for ${called(cluster.name, cluster.nodes)}, and this is ${called(now.cluster.name, now.cluster.nodes)}; use the configuration that it was made with`,
        ]
      : []),
    ...(basedOn.settings === now.settings
      ? []
      : [`configuration: settings that plans depend on have changed since the plan was made; ${cure}`]),
    ...ranges.flatMap(({ range, file, spec }) => {
      if (spec === null) return []
      const its = now.specs.get(range)
      if (its === spec) return []
      const subject = `range ${printable(range)}`
      return its === undefined
        ? [
            `${subject}: its file ${file ?? ''} is gone, broken, suspended or held back since the plan was made; ${cure}`,
          ]
        : [`${subject}: what its file ${file ?? ''} asks for has changed since the plan was made; ${cure}`]
    }),
  ]
}

const listed = (hosts: readonly string[]): string => hosts.map((host) => printable(host, 300)).join(', ')

/** The same by what is to be done: each action that is no longer to be done, and each that would be done besides. */
export function actionsMoved(saved: SavedPlan, report: PlanReport, nodes: readonly NodeAfter[]): readonly string[] {
  const now = actionsIn(report).map(savedAction)
  const gone = without(saved.actions, now)
  const added = without(now, saved.actions)
  const full = nodes.filter(({ freeMemoryBytes }) => freeMemoryBytes < 0)
  const isAmong = (each: SavedAction, others: readonly SavedAction[]): boolean =>
    others.some(({ range, sign, what }) => range === each.range && sign === each.sign && what === each.what)
  return [
    ...gone.map((each) =>
      isAmong(each, added)
        ? `${subjectOf(each)}: ${shown(each)} would be done otherwise than it is planned, such as with another value, or from another template`
        : `${subjectOf(each)}: ${shown(each)} is planned, and is not to be done any more, or can't be`,
    ),
    ...added
      .filter((each) => !isAmong(each, gone))
      .map(
        (each) =>
          `${subjectOf(each)}: ${shown(each)} would be done now, and is not in the plan (${printable(each.why, 300)})`,
      ),
    // What keeps it from being done says more than that it is not.
    ...(gone.length === 0 ? [] : whysIn(report)),
    ...(saved.placements.length === 0
      ? []
      : full
          .filter(({ node }) => saved.placements.some((each) => each.node === node))
          .map(({ node }) => `node ${node}: it does not have the memory any more for what is planned there`)),
  ]
}

const without = (some: readonly SavedAction[], others: readonly SavedAction[]): readonly SavedAction[] => {
  const left = others.map(({ key }) => key)
  return some.filter(({ key }) => {
    const at = left.indexOf(key)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const subjectOf = ({ range }: SavedAction): string => (range === null ? 'networks' : `range ${printable(range)}`)
const shown = ({ sign, what }: SavedAction): string => `"${sign} ${printable(what, 300)}"`

const whysIn = ({ refused, plans }: PlanReport): readonly string[] => [
  ...refused.map(({ message }) => message),
  ...plans.flatMap(({ vms }) => vms.flatMap(({ step }) => (step.kind === 'blocked' ? [step.finding.message] : []))),
]
