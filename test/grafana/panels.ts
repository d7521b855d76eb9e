/** What Grafana calls a unit. */
type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'ops' | 'none' | 'dateTimeFromNow'

/** What a query gives, and how its series are called: `{{label}}` stands for a label's value. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

interface Look {
  readonly title: string
  /** What it tells, and what to make of it. */
  readonly description: string
  readonly unit?: Unit
  /** Of Grafana's 24 columns. */
  readonly width: number
  readonly height?: number
}

/** A panel without its place. */
export interface Panel {
  readonly width: number
  readonly height: number
  readonly queries: readonly Query[]
  readonly model: Readonly<Record<string, unknown>>
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const

/** A value from which on something has a color; undefined: from the beginning. */
type Step = readonly [from: number | undefined, color: 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text']

const panel = (
  type: string,
  { title, description, unit = 'short', width, height = 8 }: Look,
  queries: readonly Query[],
  parts: {
    readonly steps?: readonly Step[]
    readonly custom?: unknown
    readonly options?: unknown
    readonly defaults?: Readonly<Record<string, unknown>>
    readonly transformations?: readonly unknown[]
    readonly overrides?: readonly unknown[]
    readonly instant?: boolean
    readonly format?: 'time_series' | 'table'
  },
): Panel => ({
  width,
  height,
  queries,
  model: {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: parts.steps === undefined ? 'palette-classic' : 'thresholds' },
        ...(parts.steps === undefined
          ? {}
          : {
              thresholds: {
                mode: 'absolute',
                steps: parts.steps.map(([value, color]) => ({ value: value ?? null, color })),
              },
            }),
        ...(parts.custom === undefined ? {} : { custom: parts.custom }),
        ...parts.defaults,
      },
      overrides: parts.overrides ?? [],
    },
    ...(parts.options === undefined ? {} : { options: parts.options }),
    ...(parts.transformations === undefined ? {} : { transformations: parts.transformations }),
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint('A'.codePointAt(0)! + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      instant: parts.instant ?? false,
      range: parts.instant !== true,
      format: parts.format ?? 'time_series',
    })),
  },
})

/** Lines over time; stacked where they add up to something. */
export const timeSeries = (look: Look & { readonly stacked?: boolean }, ...queries: readonly Query[]): Panel =>
  panel('timeseries', look, queries, {
    custom: {
      drawStyle: 'line',
      lineInterpolation: 'linear',
      fillOpacity: look.stacked === true ? 40 : 5,
      showPoints: 'never',
      spanNulls: false,
      stacking: { mode: look.stacked === true ? 'normal' : 'none', group: 'A' },
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  })

/** One number as it is now, large. */
export const stat = (look: Look & { readonly steps?: readonly Step[] }, ...queries: readonly Query[]): Panel =>
  panel('stat', { height: 4, ...look }, queries, {
    steps: look.steps ?? [[undefined, 'text']],
    instant: true,
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'none',
      textMode: 'value_and_name',
      justifyMode: 'auto',
    },
  })

/** Words that are labels of a series, such as a version. */
export const words = (look: Look, query: Query): Panel =>
  panel('stat', { height: 4, ...look }, [query], {
    steps: [[undefined, 'text']],
    instant: true,
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'none',
      graphMode: 'none',
      textMode: 'name',
      justifyMode: 'auto',
    },
  })

/** 1 and 0 as words, one row a series, over time: symbol and word, never color alone. */
export const states = (
  look: Look & { readonly yes: string; readonly no: string; readonly good?: 'yes' | 'no' },
  ...queries: readonly Query[]
): Panel => {
  const [yes, no] = look.good === 'no' ? (['red', 'green'] as const) : (['green', 'red'] as const)
  return panel('state-timeline', look, queries, {
    steps: [[undefined, 'text']],
    custom: { fillOpacity: 70, lineWidth: 0 },
    defaults: {
      mappings: [
        {
          type: 'value',
          options: { '1': { text: look.yes, color: yes, index: 0 }, '0': { text: look.no, color: no, index: 1 } },
        },
      ],
    },
    options: {
      mergeValues: true,
      showValue: 'auto',
      alignValue: 'left',
      rowHeight: 0.9,
      legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
    },
  })
}

/** A bar a series, from 0 to the greatest. */
export const bars = (
  look: Look & { readonly steps: readonly Step[]; readonly max?: number },
  ...queries: readonly Query[]
): Panel =>
  panel('bargauge', look, queries, {
    steps: look.steps,
    instant: true,
    defaults: { min: 0, ...(look.max === undefined ? {} : { max: look.max }) },
    options: {
      orientation: 'horizontal',
      displayMode: 'basic',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      showUnfilled: true,
    },
  })

/** A column of a table, by the letter of its query. */
export interface Column {
  readonly query: Query
  readonly unit?: Unit
  /** What to show of 1 and of 0. */
  readonly flag?: readonly [yes: string, no: string]
}

/** One row for each value of a label, one column for each query. @param link dashboard that a row leads to, by its variable */
export const table = (
  look: Look & { readonly by: string; readonly link: { readonly uid: string; readonly variable: string } },
  columns: readonly Column[],
): Panel => {
  const { by, link } = look
  const names = columns.map(({ query }) => query.legend)
  return panel(
    'table',
    look,
    columns.map(({ query }) => query),
    {
      instant: true,
      format: 'table',
      transformations: [
        { id: 'joinByField', options: { byField: by, mode: 'outer' } },
        {
          id: 'organize',
          options: {
            excludeByName: { Time: true, ...numbered('Time', columns.length), ...hidden(columns.length) },
            renameByName: Object.fromEntries(names.map((name, index) => [`Value #${letter(index)}`, name])),
          },
        },
      ],
      overrides: [
        {
          matcher: { id: 'byName', options: by },
          properties: [
            {
              id: 'links',
              value: [
                {
                  title: `\${__value.raw}`,
                  url: `/d/${link.uid}?var-${link.variable}=\${__value.raw}&\${instance:queryparam}&\${datasource:queryparam}`,
                },
              ],
            },
          ],
        },
        ...columns.flatMap(({ query, unit, flag }) =>
          unit === undefined && flag === undefined
            ? []
            : [
                {
                  matcher: { id: 'byName', options: query.legend },
                  properties: [
                    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
                    ...(flag === undefined
                      ? []
                      : [
                          {
                            id: 'mappings',
                            value: [
                              {
                                type: 'value',
                                options: { '1': { text: flag[0], index: 0 }, '0': { text: flag[1], index: 1 } },
                              },
                            ],
                          },
                        ]),
                  ],
                },
              ],
        ),
      ],
    },
  )
}

const letter = (index: number): string => String.fromCodePoint('A'.codePointAt(0)! + index)

/** What Prometheus gives with every series, which is the same in each row. */
const UNWANTED = ['__name__', 'instance', 'job']
const hidden = (columns: number): Readonly<Record<string, boolean>> =>
  Object.assign({}, ...UNWANTED.map((name) => ({ [name]: true, ...numbered(name, columns) })))
const numbered = (name: string, columns: number): Readonly<Record<string, boolean>> =>
  Object.fromEntries(Array.from({ length: columns }, (_, index) => [`${name} ${index + 1}`, true]))
