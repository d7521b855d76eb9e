/** A metric that an expression of Prometheus names, with the labels that it expects of it. */
export interface Named {
  readonly metric: string
  readonly labels: readonly string[]
}

/** What is in quotes, which may hold anything. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g
const SELECTOR = /\b((?:lanista|process|nodejs)_[a-z0-9_]+|up)\b(?:\s*\{([^}]*)\})?/g
const MATCHER = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)/g
const GROUPING = /\b(?:by|on|ignoring|without|group_left|group_right)\s*\(([^)]*)\)/g
/** Those that Prometheus itself gives every series. */
const EVERYWHERE = new Set(['job', 'instance'])

/** Every metric that is named in an expression, with the labels of its own selector. */
export function metricsIn(expression: string): readonly Named[] {
  const bare = expression.replaceAll(QUOTED, '""')
  return [...bare.matchAll(SELECTOR)].map(([, metric = '', matchers = '']) => ({
    metric,
    labels: [...matchers.matchAll(MATCHER)].map(([, label = '']) => label).filter((label) => !EVERYWHERE.has(label)),
  }))
}

/** The labels that an expression groups or joins by, which some metric of it has to have. */
export const groupingIn = (expression: string): readonly string[] =>
  [...expression.replaceAll(QUOTED, '""').matchAll(GROUPING)]
    .flatMap(([, labels = '']) => labels.split(','))
    .map((label) => label.trim())
    .filter((label) => label !== '' && !EVERYWHERE.has(label))

/** Metric -> the labels that its series have. */
export type KnownMetrics = ReadonlyMap<string, ReadonlySet<string>>

/** What an expression names that is not there. */
export function unknownIn(expression: string, known: KnownMetrics): readonly string[] {
  const named = metricsIn(expression)
  const unknown = named.flatMap(({ metric, labels }) => {
    const has = known.get(metric)
    if (has === undefined) return [metric]
    return labels.filter((label) => !has.has(label)).map((label) => `${metric}{${label}}`)
  })
  const all = new Set(named.flatMap(({ metric }) => [...(known.get(metric) ?? [])]))
  return [...unknown, ...groupingIn(expression).filter((label) => !all.has(label))]
}

/** The metrics of a page in Prometheus' text format: the series that there are, and no more. */
export function metricsOfPage(page: string): KnownMetrics {
  const known = new Map<string, Set<string>>([['up', new Set()]])
  for (const line of page.split('\n')) {
    const [, metric, inner = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? /.exec(line) ?? []
    if (metric === undefined) continue
    const labels = known.get(metric) ?? new Set()
    for (const [, label = ''] of inner.replaceAll(QUOTED, '""').matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)=/g)) labels.add(label)
    known.set(metric, labels)
  }
  return known
}
