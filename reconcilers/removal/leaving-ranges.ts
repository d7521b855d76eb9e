import { durationText } from '../../model/duration.ts'
import type { LeavingRange } from '../../model/plan/plan-report.ts'
import type { PruneSettings } from '../../model/prune.ts'
import type { RemovalScope } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { whyGuestStays } from '../vm/why-guest-stays.ts'
import { isGone, rangeLeft } from './range-left.ts'

/** A range whose files a commit removes. */
export interface LeavingFile {
  readonly rangeId: string
  /** The VMs that the file before named; undefined when that could not be read. */
  readonly names: readonly string[] | undefined
}

/** What decides about ranges whose files are gone. */
export interface LeavingRules extends PruneSettings {
  /** Why the commit itself needs a person's word, as after a rewrite: ranges that it drops wait for one of their own. */
  readonly isDoubtful: boolean
}

/** What becomes of ranges whose files a commit removes, in order of id: what there is of each, and whether it goes. */
export function leavingRanges(
  files: readonly LeavingFile[],
  snapshot: ClusterSnapshot,
  rules: LeavingRules,
): readonly LeavingRange[] {
  const looked = [...files]
    .sort((a, b) => (a.rangeId < b.rangeId ? -1 : 1))
    .map((file) => ({ file, left: rangeLeft(file.rangeId, snapshot) }))
  const going = looked.filter(({ left }) => left.isMarked && !isGone(left)).length
  return looked.map(({ file, left }): LeavingRange => {
    const { guests, networks, pool } = left
    const order = { rangeId: file.rangeId, why: 'its file is gone', scope: scopeOf(file, guests) }
    return {
      rangeId: file.rangeId,
      vms: guests.map(({ name = 'without a name', vmid, node }) => ({ name, vmid, node })),
      networks,
      pool,
      ...fateOf(file.rangeId, left, rules, going),
      inTheWay: guests.flatMap((guest) => whyGuestStays(guest, order, snapshot) ?? []),
    }
  })
}

/** What its file named; where that is not known, what a person would be shown. */
const scopeOf = ({ names }: LeavingFile, guests: readonly GuestSeen[]): RemovalScope =>
  names === undefined
    ? { kind: 'listed', vms: guests.flatMap(({ vmid, name }) => (name === undefined ? [] : [{ vmid, name }])) }
    : { kind: 'named', names }

function fateOf(
  id: string,
  left: ReturnType<typeof rangeLeft>,
  { enabled, grace, budget, isDoubtful }: LeavingRules,
  going: number,
): Pick<LeavingRange, 'fate' | 'why'> {
  if (isGone(left) && !left.pool) return { fate: 'nothing', why: 'nothing of it is on the cluster' }
  const byHand = `to remove it: lanista destroy ${id}`
  if (!left.isMarked) return { fate: 'stays', why: `it stays, as nothing of it is marked as Lanista's; ${byHand}` }
  if (!enabled) return { fate: 'stays', why: `it stays as it is, as lanista.prune is off; ${byHand}` }
  if (isDoubtful)
    return {
      fate: 'approval',
      why: 'it goes only when somebody approves (lanista approve), besides the approval of the commit',
    }
  if (going > budget)
    return {
      fate: 'approval',
      why: `it goes only when somebody approves (lanista approve): ${going} ranges lose their files at once, and lanista.prune.budget is ${budget}`,
    }
  return { fate: 'goes', why: `it goes once its file has been missing for ${durationText(grace)} (lanista.prune)` }
}
