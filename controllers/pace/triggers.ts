import {
  auditTime,
  interval,
  map,
  merge,
  Observable,
  type SchedulerLike,
  share,
  startWith,
  Subject,
  switchMap,
} from 'rxjs'

/** What makes ranges be looked at, as the ids of the ranges concerned; `all` means every range there is. */
export type Trigger = { readonly kind: 'ranges'; readonly ids: ReadonlySet<string> } | { readonly kind: 'all' }

/** File events within this time belong together: a copied folder, or an editor that writes in two steps. */
const GATHER_MS = 100

/**
 * Turns file events and the resync timer into triggers. Events are gathered by a fixed beat rather than until it is
 * quiet: an editor that saves without end can't starve the ranges.
 *
 * @param watch starts telling of changed range ids, or of all at once; the returned function stops it
 * @param resyncMs the period of `all`; the first comes at once. Asked for again when all are told of
 */
export function triggers(
  watch: (tell: (rangeId: string) => void, tellAll: () => void) => () => void,
  resyncMs: () => number,
  scheduler?: SchedulerLike,
): Observable<Trigger> {
  return new Observable<Trigger>((subscriber) => {
    const changed = new Subject<string>()
    const gathered = new Set<string>()
    const renewed = new Subject<void>()
    const stopWatching = watch(
      (rangeId) => {
        gathered.add(rangeId)
        changed.next(rangeId)
      },
      () => renewed.next(),
    )
    const files = changed.pipe(
      auditTime(GATHER_MS, scheduler),
      map((): Trigger => {
        const ids = new Set(gathered)
        gathered.clear()
        return { kind: 'ranges', ids }
      }),
    )
    const resync = renewed.pipe(
      startWith(undefined),
      switchMap(() => interval(resyncMs(), scheduler).pipe(startWith(0))),
      map((): Trigger => ({ kind: 'all' })),
    )
    const subscription = merge(files, resync).subscribe(subscriber)
    return () => {
      subscription.unsubscribe()
      stopWatching()
    }
  }).pipe(share())
}
