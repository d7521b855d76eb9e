import type { Clock } from '../../model/clock.ts'
import type { Condition, StatedCondition } from '../../model/condition.ts'
import { stateOf } from '../../model/range-state.ts'
import { type RangeNews, type RangeStatus, type Sinces, type VmStatus } from '../../model/range-status.ts'
import type { RangeRevisions } from '../../model/revision.ts'

/**
 * Says since when things are as they are told, over restarts of the controller as well: one that has just begun knows nothing for a
 * moment, and says so of ranges and VMs that have stood all the time as an earlier life told them.
 */
export class SinceWhen {
  readonly #clock: Pick<Clock, 'now'>
  /** As an earlier life told them, of ranges that may still be found to be so. */
  readonly #before = new Map<string, Sinces>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** An earlier life told of a range like this. */
  startFrom(rangeId: string, sinces: Sinces): void {
    this.#before.set(rangeId, sinces)
  }

  forget(rangeId: string): void {
    this.#before.delete(rangeId)
  }

  /** The news with their times. @param last as this life told of the range last */
  of(news: RangeNews, last: RangeStatus | undefined): Omit<RangeStatus, 'changedAt'> {
    const now = new Date(this.#clock.now()).toISOString()
    const earlier = this.#before.get(news.id)
    if (earlier !== undefined && !mayStillBe(earlier, news)) this.#before.delete(news.id)
    const known = [...(earlier === undefined ? [] : [earlier]), ...(last === undefined ? [] : [sincesOf(last)])]
    const state = stateOf(readyIn(news))
    return {
      ...news,
      conditions: news.conditions.map((each) => stated(each, known, news.revisions, now)),
      vms: news.vms.map((vm) => ({ ...vm, since: vmSince(vm, known) ?? now })),
      since: known.find((each) => stateOf(readyIn(each)) === state)?.since ?? now,
    }
  }
}

/** A range of which only that it is looked at was told, and nothing else than before. Where something is done, it was not so all the time. */
function mayStillBe(earlier: Sinces, { conditions, vms }: RangeNews): boolean {
  const state = stateOf(readyIn({ conditions }))
  const isLookedAt = state === 'Progressing' || state === 'Unknown'
  const phases = new Map(earlier.vms.map(({ name, phase }) => [name, phase]))
  return isLookedAt && vms.every(({ name, phase }) => phase === 'unknown' || phase === phases.get(name))
}

/** What of a status says since when. */
export const sincesOf = ({ since, conditions, vms }: RangeStatus): Sinces => ({
  since,
  conditions,
  vms: vms.flatMap((vm) => (vm.since === undefined ? [] : [{ name: vm.name, phase: vm.phase, since: vm.since }])),
})

function stated(
  condition: Condition,
  known: readonly Sinces[],
  revisions: RangeRevisions | undefined,
  now: string,
): StatedCondition {
  const same = known
    .flatMap(({ conditions }) => conditions)
    .find(({ type, status }) => type === condition.type && status === condition.status)
  const lastTransitionTime = same?.lastTransitionTime ?? now
  const about = SPEAKS_OF_SEEN.has(condition.type) ? revisions?.seen : revisions?.actedOn
  const observedRevision = about?.commit?.id ?? about?.digest
  return { ...condition, lastTransitionTime, ...(observedRevision === undefined ? {} : { observedRevision }) }
}

/** The others speak of what is acted on. */
const SPEAKS_OF_SEEN: ReadonlySet<string> = new Set(['SpecValid', 'UpToDate'])

const vmSince = ({ name, phase }: VmStatus, known: readonly Sinces[]): string | undefined =>
  known.flatMap(({ vms }) => vms).find((vm) => vm.name === name && vm.phase === phase)?.since

const readyIn = <C extends Pick<Condition, 'type'>>({
  conditions,
}: {
  readonly conditions: readonly C[]
}): C | undefined => conditions.find(({ type }) => type === 'Ready')
