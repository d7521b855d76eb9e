import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { configKeys } from '../../model/config-keys.ts'
import { jsonSchemaOf } from '../../model/json-schema.ts'
import { code, type KeyRow, type MapSection, sectionsOf } from './schema-rows.ts'

/** A page of the reference, by its path in the project. */
export interface ReferencePage {
  readonly path: string
  readonly text: string
}

const NOTICE = '<!-- Made by `npm run docs` from the definitions in model/. Change those, and run it again. -->'

/** The pages that list every key of a file. */
export const referencePages = (): readonly ReferencePage[] => [
  { path: 'docs/reference/configuration.md', text: configurationPage() },
  { path: 'docs/reference/metrics.md', text: metricsPage() },
  { path: 'docs/reference/range-file.md', text: rangeFilePage() },
]

function configurationPage(): string {
  const sections = sectionsOf(jsonSchemaOf('config'))
  return page([
    '# Configuration',
    NOTICE,
    "Ludus' own `config.yml` (`--config`, `/opt/ludus/config.yml` unless given), with Lanista's settings under `lanista:`. Keys of Ludus that Lanista doesn't use are ignored; misspelt keys of its own are refused. A key without a value counts as not given. Ludus' keys may have their value in quotes, as Ludus takes it; relative paths are taken from the folder of the file.",
    `A variable of the environment goes before the file; an empty one counts as not set. Its name is the key in capitals after \`LANISTA_\`, without \`lanista.\`, and with \`_\` for the dot. Lists are separated by commas, and a list of maps is in JSON. A variable that looks like a misspelt one of these is refused; any other unknown \`LANISTA_\` variable is warned about, but those that Kubernetes makes for a Service are not. \`LANISTA_PROXMOX_TOKEN\` is the API token itself, for where there is no \`token_file\`; it can't be given in the file.`,
    '`lanista config` shows what is in force and where it comes from. `lanista run` takes a changed file into use when it is saved, and on SIGHUP (`systemctl reload`, with `ExecReload=kill -HUP $MAINPID`): what is said to need a restart below stays as it was, with a warning. A version with a mistake is refused as a whole, and the old one kept; the log says why, and the metric `lanista_config_last_reload_successful` is 0 until it is mended.',
    // What is in a list has no variables of its own.
    ...sections.map((section) => (section.path.endsWith('[]') ? mapSection(section) : configSection(section))),
  ])
}

function configSection({ path, description, rows }: MapSection): string {
  const leaves = rows.flatMap((row) => {
    const key = configKeys.find(({ name }) => name === (path === '' ? row.key : `${path}.${row.key}`))
    return key === undefined ? [] : [{ row, key }]
  })
  const title = path === '' ? "## Ludus' keys" : `## \`${path}\``
  return [
    title,
    '',
    ...(path === '' || description === '' ? [] : [description, '']),
    ...(leaves.length === 0
      ? []
      : [
          '| key | type | default | meaning | example | variable | change |',
          '| --- | --- | --- | --- | --- | --- | --- |',
          ...leaves.map(({ row, key }) =>
            tableLine([...cellsOf(row), `\`${key.variable}\``, key.needsRestart ? 'restart' : 'at once']),
          ),
        ]),
  ]
    .join('\n')
    .trimEnd()
}

/** What a histogram has in its place. */
const SUFFIXES = '`_bucket` with the label `le`, `_sum` and `_count`'

function metricsPage(): string {
  return page([
    '# Metrics',
    '<!-- Made by `npm run docs` from the registry in adapters/metrics/. Change that, and run it again. -->',
    "What `/metrics` tells, besides `process_*` and `nodejs_*` of Node.js: in Prometheus' text format, or in OpenMetrics where `Accept` prefers it, which Prometheus does. [How to watch Lanista by them](../how-to/monitor.md).",
    `Gauges are looked up when somebody scrapes; what is not known is not there, and of a range, a node or a storage that is no more no series is left. A histogram has ${SUFFIXES} after its name. Seconds and bytes throughout; times are Unix times.`,
    [
      '| name | type | labels | tells |',
      '| --- | --- | --- | --- |',
      ...openMetrics('')
        .describe()
        .map(({ name, type, labels, help }) =>
          tableLine([`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help]),
        ),
    ].join('\n'),
  ])
}

function rangeFilePage(): string {
  const sections = sectionsOf(jsonSchemaOf('range'))
  return page([
    '# Range file',
    NOTICE,
    "All keys of Ludus' range file, with Lanista's own under `ludus_extensions.lanista`. Lanista acts on what [the reference](../reference.md#range-files) names; it checks the other keys, and leaves them to Ludus. `{{ range_id }}` stands for the range's id, and is written in quotes.",
    '[Completion and checks in an editor](../how-to/editor.md) come from the same definitions.',
    ...sections.map(mapSection),
  ])
}

function mapSection({ path, description, rows }: MapSection): string {
  return [
    path === '' ? '## The file' : `## \`${path}\``,
    '',
    ...(path === '' || description === '' ? [] : [description, '']),
    '| key | type | default | meaning | example |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => tableLine(cellsOf(row))),
  ].join('\n')
}

const cellsOf = ({ key, type, fallback, required, description, example }: KeyRow): readonly string[] => [
  `\`${key}\``,
  type,
  required ? 'required' : (fallback ?? ''),
  description,
  example === undefined ? '' : code(example),
]

const tableLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('|  |', '| |')

const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`
