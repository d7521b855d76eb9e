import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Watched } from '../../model/watched.ts'
import { auditMetrics } from './audit-metrics.ts'
import { clusterMetrics } from './cluster-metrics.ts'
import { CONTENT_TYPES, exposition, formatFor } from './exposition.ts'
import type { Registers } from './gauge-of.ts'
import { gitMetrics } from './git-metrics.ts'
import { networkMetrics } from './network-metrics.ts'
import { passMetrics } from './pass-metrics.ts'
import { processMetrics } from './process-metrics.ts'
import { proxmoxMetrics } from './proxmox-metrics.ts'
import { rangeMetrics } from './range-metrics.ts'
import { workMetrics } from './work-metrics.ts'

/** A page of metrics in one of the formats that scrapers read. */
interface Scrape {
  readonly contentType: string
  readonly body: string
}

/** A metric, as the reference tells of it. */
interface MetricDescription {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

/** Metrics, and the page that Prometheus reads. */
export interface MetricsPage extends Metrics {
  /** The page in Prometheus' text format, or in OpenMetrics where the scraper's `Accept` prefers that. */
  render(accept?: string): Promise<Scrape>
  /** All metrics of Lanista's own, in order of their names, whether there is something to tell of them or not. */
  describe(): readonly MetricDescription[]
}

/** Node's own metrics that are gauges named like counters: promtool refuses the page for them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** A fresh registry with Lanista's metrics and Node's. */
export function openMetrics(version: string): MetricsPage {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers: Registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)

  const watched: { -readonly [K in keyof Watched]?: Watched[K] } = {}
  const ranges = rangeMetrics(registers, watched)
  const passes = passMetrics(registers, watched)
  clusterMetrics(registers, watched)
  auditMetrics(registers, watched)
  return {
    ...ranges,
    ...passes,
    ...proxmoxMetrics(registers, watched),
    ...workMetrics(registers, watched),
    ...networkMetrics(registers, watched),
    ...gitMetrics(registers),
    ...processMetrics(registers, watched, version),
    rangeGone: (rangeId) => {
      ranges.rangeGone(rangeId)
      passes.rangeGone(rangeId)
    },
    watch: (sources) => void Object.assign(watched, sources),
    render: async (accept) => {
      const format = formatFor(accept)
      return { contentType: CONTENT_TYPES[format], body: await exposition(registry, format) }
    },
    describe: () => describe(registry),
  }
}

function describe(registry: Registry<OpenMetricsContentType>): readonly MetricDescription[] {
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('lanista_'))
    .map((metric) => {
      const { name, help, type } = metric
      // prom-client's types leave them out.
      const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : []
      return { name, type: String(type), help, labels }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
