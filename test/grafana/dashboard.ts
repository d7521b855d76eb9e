import type { Panel } from './panels.ts'

/** A choice at the top of a dashboard: the values of a label of a metric. */
export interface Choice {
  readonly name: string
  readonly label: string
  /** As Prometheus' `label_values` takes it. */
  readonly metric: string
  readonly of: string
}

/** A row of panels under a heading. */
interface Section {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly choices: readonly Choice[]
  readonly sections: readonly Section[]
}

const COLUMNS = 24

/** The choice that every dashboard has. */
const INSTANCE: Choice = { name: 'instance', label: 'Lanista', metric: 'lanista_build_info', of: 'instance' }

const choicesOf = ({ choices }: Dashboard): readonly Choice[] => [INSTANCE, ...choices]

/** What a dashboard asks for its choices, and its panels: each as an expression of Prometheus. */
export const expressionsOf = (dashboard: Dashboard): readonly string[] => [
  ...choicesOf(dashboard).map(({ metric }) => metric),
  ...dashboard.sections.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
]

/** A dashboard as Grafana imports it. The same dashboard gives the same text. */
export function dashboardJson(dashboard: Dashboard): string {
  const { uid, title, description, sections } = dashboard
  const model = {
    uid,
    title,
    description,
    tags: ['lanista'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        type: 'dashboards',
        title: 'Lanista',
        tags: ['lanista'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
        icon: 'external link',
        targetBlank: false,
      },
    ],
    annotations: { list: [] },
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus', hide: 0, refresh: 1 },
        ...choicesOf(dashboard).map(({ name, label, metric, of }) => ({
          type: 'query',
          name,
          label,
          datasource: { type: 'prometheus', uid: '${datasource}' },
          query: { query: `label_values(${metric}, ${of})`, refId: name },
          definition: `label_values(${metric}, ${of})`,
          refresh: 2,
          sort: 1,
          includeAll: false,
          multi: false,
        })),
      ],
    },
    panels: placed(sections),
  }
  return `${JSON.stringify(model, null, 2)}\n`
}

/** Panels from left to right, line by line, under their headings. */
function placed(sections: readonly Section[]): readonly unknown[] {
  const all: unknown[] = []
  let [x, y, tallest] = [0, 0, 0]
  const nextLine = (): void => {
    y += tallest
    ;[x, tallest] = [0, 0]
  }
  const add = (width: number, height: number, model: Readonly<Record<string, unknown>>): void => {
    if (x + width > COLUMNS) nextLine()
    all.push({ id: all.length + 1, gridPos: { x, y, w: width, h: height }, ...model })
    x += width
    tallest = Math.max(tallest, height)
  }
  for (const { title, panels } of sections) {
    nextLine()
    add(COLUMNS, 1, { type: 'row', title, collapsed: false, panels: [] })
    nextLine()
    for (const { width, height, model } of panels) add(width, height, model)
  }
  return all
}
