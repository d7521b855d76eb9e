import type { Clock } from '../../model/clock.ts'
import type { Condition, StatedCondition } from '../../model/condition.ts'
import { stateOf } from '../../model/range-state.ts'
import { type RangeNews, type RangeStatus, type Sinces, type VmStatus } from '../../model/range-status.ts'
import type { RangeRevisions } from '../../model/revision.ts'

/** Says since when things are as they are told, over restarts of the controller as well. */
export class SinceWhen {
  readonly #clock: Pick<Clock, 'now'>
  /** As an earlier life told them, of ranges that nobody has told of since. */
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
    const before = last === undefined ? this.#before.get(news.id) : sincesOf(last)
    this.#before.delete(news.id)
    const isSameState = before !== undefined && stateOf(readyIn(before)) === stateOf(readyIn(news))
    return {
      ...news,
      conditions: news.conditions.map((each) => stated(each, before, news.revisions, now)),
      vms: news.vms.map((vm) => ({ ...vm, since: vmSince(vm, before) ?? now })),
      since: (isSameState ? before.since : undefined) ?? now,
    }
  }
}

/** What of a status says since when. */
export const sincesOf = ({ since, conditions, vms }: RangeStatus): Sinces => ({
  since,
  conditions,
  vms: vms.flatMap((vm) => (vm.since === undefined ? [] : [{ name: vm.name, phase: vm.phase, since: vm.since }])),
})

function stated(
  condition: Condition,
  before: Sinces | undefined,
  revisions: RangeRevisions | undefined,
  now: string,
): StatedCondition {
  const earlier = before?.conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime = earlier?.status === condition.status ? earlier.lastTransitionTime : now
  const about = SPEAKS_OF_SEEN.has(condition.type) ? revisions?.seen : revisions?.actedOn
  const observedRevision = about?.commit?.id ?? about?.digest
  return { ...condition, lastTransitionTime, ...(observedRevision === undefined ? {} : { observedRevision }) }
}

/** The others speak of what is acted on. */
const SPEAKS_OF_SEEN: ReadonlySet<string> = new Set(['SpecValid', 'UpToDate'])

const vmSince = ({ name, phase }: VmStatus, before: Sinces | undefined): string | undefined =>
  before?.vms.find((vm) => vm.name === name && vm.phase === phase)?.since

const readyIn = <C extends Pick<Condition, 'type'>>({
  conditions,
}: {
  readonly conditions: readonly C[]
}): C | undefined => conditions.find(({ type }) => type === 'Ready')
