import type { ClusterSnapshot, ZoneSeen } from '../../model/snapshot.ts'
import { blocking, remark, type ZoneProblem } from './zone-problem.ts'
import { APPLY, createRemedy, mergedChange, type Remedy, rollbackLine } from './zone-remedy.ts'

/** What is to be said of a zone's pending changes, and of the problems in force in their light. */
export interface PendingPart {
  readonly problems: readonly ZoneProblem[]
  /** The problems in force, each with what is left to do: an apply, where the pending change mends it. */
  readonly standing: readonly ZoneProblem[]
}

/**
 * Judges what is pending of a zone: a deletion and a zone that was never applied keep ranges from it; a change is told
 * with what it would break, as the next apply commits it, whosever that is.
 *
 * @param now the problems of what is in force
 * @param then the problems of what is configured
 */
export function pendingPart(
  zone: ZoneSeen,
  now: readonly ZoneProblem[],
  then: () => readonly ZoneProblem[],
  snapshot: ClusterSnapshot,
): PendingPart {
  switch (zone.pending) {
    case 'unchanged':
      return { problems: [], standing: now }
    case 'new':
      return { problems: [blocking('ZoneNotApplied', 'it was made and never applied')], standing: now }
    case 'deleted':
      return { problems: [deletion(zone, snapshot)], standing: [] }
    case 'changed': {
      const coming = then()
      const mine = (problem: ZoneProblem, of: readonly ZoneProblem[]): ZoneProblem | undefined =>
        of.find(({ reason }) => reason === problem.reason)
      const standing = now.map((problem) => {
        const left = mine(problem, coming)
        return left === undefined
          ? { ...problem, what: `${problem.what} (the change that is pending mends this)`, change: {} }
          : { ...problem, change: left.change }
      })
      return {
        problems: [
          change(
            zone,
            coming.filter((problem) => mine(problem, now) === undefined),
          ),
        ],
        standing,
      }
    }
  }
}

/** A change that is pending, and the problems that it alone brings. */
function change(zone: ZoneSeen, brings: readonly ZoneProblem[]): ZoneProblem {
  const what = `a change of it is not applied: ${differences(zone).join(', ')}`
  if (brings.length === 0) return remark({ reason: 'ZoneChangePending', nodes: [], what, change: {} })
  return remark({
    reason: 'ZoneChangePending',
    nodes: [],
    what: `${what}; once applied, ${brings.map((problem) => problem.what).join('; ')}`,
    change: mergedChange(brings.map((problem) => problem.change)),
  })
}

const differences = (zone: ZoneSeen): readonly string[] => {
  const found = (['peers', 'fabric', 'nodes', 'mtu'] as const).flatMap((name) => {
    const [before, after] = [text(zone.running?.[name]), text(zone[name])]
    return before === after ? [] : [`${name} ${before} -> ${after}`]
  })
  return found.length > 0 ? found : ['another setting']
}

const text = (value: readonly string[] | string | number | undefined): string =>
  value === undefined ? 'unset' : typeof value === 'object' ? value.join(',') : String(value)

/** Zones of other types need settings that are not looked at. */
function createdAnew({ name, type, running, ...configured }: ZoneSeen): Remedy {
  if (type === 'vxlan' || type === 'simple') return createRemedy(name, type, running ?? configured)
  return {
    web: `Datacenter > SDN > Zones > Add: ID ${name}, as it was; then ${APPLY.web}`,
    shell: `pvesh get /cluster/sdn/zones --running 1`,
  }
}

function deletion(zone: ZoneSeen, snapshot: ClusterSnapshot): ZoneProblem {
  const recreate = createdAnew(zone)
  const alone =
    snapshot.otherPending.length === 0 &&
    snapshot.zones.every(({ name, pending }) => name === zone.name || pending === 'unchanged') &&
    snapshot.vnets.every(({ pending }) => pending === 'unchanged')
  // A rollback throws away everybody's pending changes, and Proxmox VE 8 has none.
  const remedy: Remedy = alone && snapshot.release >= 9 ? { web: recreate.web, shell: rollbackLine } : recreate
  return {
    ...blocking(
      'ZoneDeletionPending',
      'it is deleted by the next apply, whosever that is; take the deletion back before',
    ),
    remedy,
  }
}
