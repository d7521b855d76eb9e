import { Counter, Histogram } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Watched } from '../../model/watched.ts'
import { gaugeOf, type Registers, secondsOf, valueOf } from './gauge-of.ts'

/** Passes take milliseconds when there is nothing to do, and minutes when VMs are cloned. */
const PASS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const RESULTS: readonly Outcome['kind'][] = ['settled', 'progressing', 'retry', 'stalled']

/** Passes over ranges, and what waits for one. */
export function passMetrics(
  registers: Registers,
  watched: Partial<Watched>,
): Pick<Metrics, 'reconciled' | 'rangeGone'> {
  const seconds = new Histogram<'result' | 'pass_id'>({
    name: 'lanista_reconcile_seconds',
    help: 'Duration of passes over ranges by result; in OpenMetrics with the id of a pass as exemplar.',
    labelNames: ['result'],
    buckets: PASS_SECONDS,
    enableExemplars: true,
    registers,
  })
  const total = new Counter({
    name: 'lanista_reconcile_total',
    help: 'Passes over a range by result.',
    labelNames: ['range', 'result'] as const,
    registers,
  })
  gaugeOf(
    registers,
    {
      name: 'lanista_ranges',
      help: 'Ranges by where they stand, with all of their VMs: waiting for a cause, stalled until something changes, backingOff until tried again, rechecking what goes on by itself, reconciling.',
      labelNames: ['standing'] as const,
    },
    () => [...(watched.standings?.() ?? [])].map(([standing, count]) => [{ standing }, count]),
  )
  valueOf(
    registers,
    'lanista_queue_depth',
    'Ranges of which something was asked, by a changed file, a person or time, that no whole pass has answered yet.',
    () => watched.queue?.().depth,
  )
  valueOf(
    registers,
    'lanista_queue_oldest_age_seconds',
    'For how long the oldest of what was asked has not been answered; 0 when nothing waits.',
    () => watched.queue?.().oldestSeconds,
  )
  valueOf(
    registers,
    'lanista_resync_interval_seconds',
    'How often every range is looked at without any cause (lanista.resync).',
    () => {
      const interval = watched.resyncMs?.()
      return interval === undefined ? undefined : secondsOf(interval)
    },
  )
  return {
    reconciled: (range, result, took, passId) => {
      total.inc({ range, result })
      seconds.observe({
        labels: { result },
        value: took,
        exemplarLabels: passId === undefined ? {} : { pass_id: passId },
      })
    },
    rangeGone: (range) => {
      for (const result of RESULTS) total.remove({ range, result })
    },
  }
}
