import { type Condition, condition, NOT_READ, readyOf } from '../../model/condition.ts'
import type { RangeRevisions } from '../../model/revision.ts'
import type { RangeFacts } from './range-facts.ts'

/** What was known of the cluster, with what was seen in its place; of what was not looked at nothing is known. */
export function withFacts(before: readonly Condition[], facts: RangeFacts | undefined): readonly Condition[] {
  if (facts === undefined) return before
  const { network, machines } = facts
  const others = before.flatMap((each): readonly Condition[] => {
    if (each.type !== 'ZoneReady' && each.type !== 'RoutesReady') return []
    return [{ ...each, status: 'Unknown', reason: network.reason, message: 'not looked at meanwhile' }]
  })
  // A range of which nothing was ever known, and nothing is there, has nothing to tell.
  const isBlank = before.length === 0 && facts.vms.length === 0 && facts.number === undefined
  return isBlank && machines.status === 'Unknown' && machines.reason !== NOT_READ ? [] : [...others, network, machines]
}

/** The conditions of a range whose plan was refused, with what was seen of its VMs. */
export function withMachines(told: readonly Condition[], facts: RangeFacts | undefined): readonly Condition[] {
  if (facts === undefined) return told
  const parts = told.flatMap((each) => {
    if (each.type === 'Ready') return []
    return [each.type === 'MachinesReady' ? facts.machines : each]
  })
  return [...parts, readyOf(parts)]
}

/** The same with whether what the file says now is what is acted on, right after whether it is valid. It takes no part in `Ready`. */
export function withUpToDate(told: readonly Condition[], revisions: RangeRevisions | undefined): readonly Condition[] {
  if (revisions === undefined || told.length === 0) return told
  const upToDate = condition('UpToDate', revisions.held ?? true, 'what the range file says now is in force')
  const isSpec = ({ type }: Condition): boolean => type === 'SpecValid'
  return [...told.filter(isSpec), upToDate, ...told.filter((each) => !isSpec(each))]
}
