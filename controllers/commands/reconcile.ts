import type { RangeView } from '../../model/api/range-view.ts'
import { durationGiven } from '../seeing/since.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { type LanistaOptions, runningLanista } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'
import { tellSteered } from './tell-steered.ts'
import { waitFor } from './wait-for.ts'

export interface ReconcileOptions extends LanistaOptions {
  /** None: all. */
  readonly ranges: readonly string[]
  readonly wait: boolean
  readonly timeout: string
}

/**
 * `lanista reconcile`: has the running Lanista look at ranges now, and with `wait` until they are Ready with that look.
 *
 * @returns the exit status: 0, or 1 when it was refused, or they did not become Ready
 */
export async function reconcileCommand(
  options: ReconcileOptions,
  composition: Composition,
  terminal: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const timeoutMs = durationGiven('--timeout', options.timeout)
  const named = options.ranges.map((name) => withoutKind('ranges', name))
  const ranges = named.length === 0 ? undefined : named
  const api = await runningLanista(options, composition, 'reconcile', signal)
  const before = options.wait ? (await api.list('ranges', signal)).items : []
  const plannedBefore = new Map(before.map(({ name, plan }) => [name, plan?.at]))
  const steered = await api.steer({ action: 'reconcile', ...(ranges === undefined ? {} : { ranges }) }, signal)
  const status = tellSteered(steered, terminal)
  if (status !== 0 || !options.wait) return status
  /** Those that have been seen at work since. */
  const looked = new Set<string>()
  const isOfNow = ({ name, plan, work }: RangeView): boolean => {
    if (work?.standing === 'reconciling') looked.add(name)
    return work?.standing !== 'reconciling' && (looked.has(name) || plan?.at !== plannedBefore.get(name))
  }
  return await waitFor({ ranges, goal: { kind: 'ready' }, timeoutMs, isOfNow }, api, terminal, signal)
}
