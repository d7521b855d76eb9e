import type { Finding } from '../../model/condition.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VnetAction, VnetWrite } from '../../model/plan/actions.ts'
import type { VnetRemoval, VnetWant } from '../../model/plan/network-plan.ts'
import type { ClusterSnapshot, VnetSeen } from '../../model/snapshot.ts'
import { configOwner, isMarked } from '../network-owner.ts'
import {
  foreignChanges,
  foreignFinding,
  isOurPending,
  nothingForeign,
  VNET_FIELDS,
  type VnetDemand,
  wordOf,
} from './foreign-changes.ts'
import { conflictOf, contestedNames } from './vnet-conflict.ts'

/** What the wanted VNets need, or why they can't be had. `findings` is keyed by VNet name. */
export interface VnetPlan {
  readonly actions: readonly VnetAction[]
  readonly findings: ReadonlyMap<string, Finding>
  /** VNets whose changes an earlier run left pending: they only wait for the apply. */
  readonly leftPending: readonly string[]
}

/**
 * Plans all VNet writes of one turn, for all ranges in it: creations, corrections, removals, and at most one apply.
 *
 * Nothing is planned while changes are pending that are not ours: an apply commits everyone's. Our own changes left
 * pending by a crash are carried through by an apply. Planning the achieved state is empty.
 */
export function planVnets(
  demand: VnetDemand,
  snapshot: ClusterSnapshot,
  { applyForeign }: Pick<PlanSettings, 'applyForeign'>,
): VnetPlan {
  const wants = [...new Map(demand.wants.map((want) => [want.name, want])).values()]
  const contested = contestedNames(demand.wants)
  const foreign = foreignChanges(demand, snapshot)
  const blocked = !applyForeign && !nothingForeign(foreign)
  const findings = new Map<string, Finding>()
  const writes: VnetWrite[] = []
  const leftPending: string[] = []
  for (const want of wants) {
    const seen = snapshot.vnets.find(({ name }) => name === want.name)
    const finding = contested.get(want.name) ?? conflictOf(want, seen, snapshot)
    if (finding !== undefined) {
      findings.set(want.name, finding)
      continue
    }
    const write = writeOf(want, seen)
    if (write !== undefined) writes.push(write)
    else if (seen !== undefined && seen.pending !== 'unchanged' && isOurPending(seen, demand, snapshot))
      leftPending.push(want.name)
    else if (seen?.running === undefined) {
      if (blocked) findings.set(want.name, foreignFinding(`vnet ${want.name}`, 'not applied', foreign))
      else leftPending.push(want.name)
    }
  }
  for (const removal of demand.removals) {
    const seen = snapshot.vnets.find(({ name }) => name === removal.name)
    if (seen === undefined || wants.some(({ name }) => name === removal.name)) continue
    if (seen.pending === 'deleted' && isOurPending(seen, demand, snapshot)) leftPending.push(removal.name)
    else if (isToBeRemoved(removal, seen))
      writes.push({ kind: 'delete-vnet', vnet: removal.name, reason: removal.reason })
  }
  const vnets = [...writes.map(({ vnet }) => vnet), ...leftPending]
  if (vnets.length === 0) return { actions: [], findings, leftPending }
  if (blocked) {
    for (const name of vnets) findings.set(name, foreignFinding(`vnet ${name}`, undoneOf(name, leftPending), foreign))
    return { actions: [], findings, leftPending: [] }
  }
  const why = leftPending.length > 0 ? `; ${leftPending.join(', ')} left pending by an earlier run` : ''
  const reason = `${vnets.join(', ')} to take effect on every node${why}`
  return { actions: [...writes, { kind: 'apply-sdn', vnets, reason }], findings, leftPending }
}

const undoneOf = (name: string, leftPending: readonly string[]): string =>
  leftPending.includes(name) ? 'written and not applied' : 'not written'

/** Only a VNet that carries the range's own mark, now and since the last apply, is removed. */
const isToBeRemoved = ({ alias }: VnetRemoval, { configured, running }: VnetSeen): boolean =>
  configured !== undefined &&
  [configured, running ?? configured].every((config) => isMarked(configOwner(config), alias))

function writeOf(want: VnetWant, seen: VnetSeen | undefined): VnetWrite | undefined {
  if (seen?.configured === undefined) {
    const { tag, zone } = want.config
    const what = `${tag === undefined ? 'without tag' : `tag ${tag}`} in zone ${zone}, VLAN-aware`
    return { kind: 'create-vnet', vnet: want.name, config: want.config, reason: what }
  }
  if (!want.correctDrift) return undefined
  const fields = VNET_FIELDS.filter((field) => seen.configured?.[field] !== want.config[field])
  if (fields.length === 0) return undefined
  return {
    kind: 'update-vnet',
    vnet: want.name,
    changes: Object.fromEntries(fields.map((field) => [field, want.config[field]])),
    reason: fields
      .map((field) => `${field} is ${wordOf(seen.configured?.[field])}, should be ${wordOf(want.config[field])}`)
      .join('; '),
  }
}
