import type { MetricObjectWithValues, MetricValue } from 'prom-client'

/** How a page of metrics is written. */
export type Format = 'text' | 'openmetrics'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** What prom-client hands out of a metric. */
type Told = MetricObjectWithValues<
  MetricValue<string> & { readonly metricName?: string; readonly exemplar?: Exemplar | null }
>

interface Exemplar {
  readonly labelSet: Readonly<Record<string, string | number>>
  readonly value: number
  /** In seconds. */
  readonly timestamp: number
}

/**
 * The page of all metrics. prom-client's own writer of OpenMetrics renames counters for good, so that one registry could not be shown
 * in both formats.
 *
 * A metric without a series is left out: nothing is known of it.
 */
export async function exposition(metrics: { getMetricsAsJSON(): Promise<Told[]> }, format: Format): Promise<string> {
  const all: readonly Told[] = await metrics.getMetricsAsJSON()
  const families = all.filter(({ values }) => values.length > 0).map((each) => family(each, format))
  return `${families.join('\n')}\n${format === 'openmetrics' ? '# EOF\n' : ''}`
}

function family({ name, help, type, values }: Told, format: Format): string {
  const isCounter = String(type) === 'counter'
  // OpenMetrics names the family of a counter without the ending that its sample has.
  const named = isCounter && format === 'openmetrics' ? name.replace(/_total$/, '') : name
  return [
    `# HELP ${named} ${escaped(help, format === 'openmetrics')}`,
    `# TYPE ${named} ${String(type)}`,
    ...values.map((value) => sample(name, value, format)),
  ].join('\n')
}

function sample(name: string, { metricName = name, labels, value, exemplar }: Told['values'][number], format: Format) {
  const line = `${metricName}${labelText(labels)} ${numberText(value)}`
  if (format === 'text' || exemplar === undefined || exemplar === null) return line
  return `${line} # ${labelText(exemplar.labelSet) || '{}'} ${numberText(exemplar.value)} ${exemplar.timestamp}`
}

function labelText(labels: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escaped(typeof value === 'number' ? numberText(value) : value, true)}"`],
  )
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)

const escaped = (text: string, quotes: boolean): string => {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return quotes ? plain.replaceAll('"', '\\"') : plain
}

/**
 * The format that a scraper prefers, by its `Accept`: the one of a higher quality, and OpenMetrics where it likes both as much, as
 * that alone has exemplars. Text where it names neither.
 */
export function formatFor(accept: string | undefined): Format {
  const wanted = (accept ?? '').split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
    const q = parameters.find((each) => each.startsWith('q='))?.slice(2)
    return { type, parameters, quality: q === undefined ? 1 : Number(q) || 0 }
  })
  const qualityOf = (is: (each: (typeof wanted)[number]) => boolean): number =>
    Math.max(0, ...wanted.filter(is).map(({ quality }) => quality))
  const open = qualityOf(({ type, parameters }) => {
    const version = parameters.find((each) => each.startsWith('version='))?.slice(8)
    return type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')
  })
  const text = qualityOf(({ type }) => ['text/plain', 'text/*', '*/*'].includes(type))
  return open > 0 && open >= text ? 'openmetrics' : 'text'
}
