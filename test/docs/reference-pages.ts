import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { configKeys } from '../../model/config-keys.ts'
import { jsonSchemaOf } from '../../model/json-schema.ts'
import { apiRows } from './api-page.ts'
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
  { path: 'docs/reference/api.md', text: apiPage() },
]

function apiPage(): string {
  return page([
    '# The HTTP API',
    NOTICE,
    'A running Lanista tells of everything below `/api/v1` on `lanista.http.listen` (`127.0.0.1:8480` unless set), and on the socket `<state_dir>/api.sock`, which the user that it runs as and root may open: `curl --unix-socket /var/lib/lanista/api.sock http://localhost/api/v1/ranges`. `GET /api/v1/openapi.json` describes it in the words of OpenAPI 3.1.',
    apiRows(),
    '## What stays',
    'Each document has `apiVersion: lanista/v1` and a `kind`; lists have `items`, and `asOf`, when that was so. Keys and words may come, none goes or changes its meaning under the same `apiVersion`. What is not known is left out. Times are in ISO 8601 and UTC, sizes in bytes. Errors are problem details ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)): `detail` has subject, finding and remedy.',
    '## Conditions and states',
    'A condition has `lastTransitionTime`, since when its status is this one, and `observedRevision`, which content of the file it speaks of: a commit, or in a folder sixteen digits that stand for the text and say nothing of it. `state` of a range is one word: `Ready`, `Progressing`, `NotReady`, `Suspended`, `Unknown`, or `Absent` when nothing of it is left, as was asked; `since` says since when, over restarts of Lanista. `work` says what it does about it just now, and when it tries again.',
    '## Events',
    'What happened is kept in `<state_dir>/events.jsonl`: states of ranges, steps and troubles of VMs, nodes that come and go, commits, and what people asked, with `by`. The same within an hour is one event with a `count`. 40 of each type are kept of a range, 4000 in all.',
    '## Following',
    '`GET /api/v1/watch` is a stream of server-sent events. Each message is JSON in `data`: `{"type":"is","view":…}` a thing as it is now, `{"type":"gone","kind":…,"name":…}`. First comes everything there is, then `{"type":"synced"}`, then what changes, several changes in a moment as one. With `Last-Event-ID`, as browsers send it by themselves, only what has changed since; `{"type":"reset"}` says that this can not be told, as after a restart of Lanista, and that all of it follows.',
    '## Asking for something',
    '`POST /api/v1/steer` takes `{"action":"reconcile","ranges":["JD"]}` (without `ranges`: all), `{"action":"suspend","range":"JD","reason":"exam","until":"2026-12-24"}`, `{"action":"resume","range":"JD"}`, `{"action":"approve","removal":KEY}` with the `key` of what waits, as `GET /api/v1/controller` tells it, or `{"action":"approve","commit":"3f1c09d"}`, and nothing else. None of it writes to Proxmox: ranges are looked at, or left alone. On the socket everybody who may open it may ask; over HTTP it takes a token that may write, of the file that `lanista.http.tokens_file` names: a line a person, `NAME read|write TOKEN`, the token of 20 characters at least (`openssl rand -hex 32`), the file for nobody else to read (`chmod 640`). It is read with each request. Send it as `Authorization: Bearer TOKEN`, and over plain HTTP only where nobody listens. Each request is an event with the person\'s name.',
    'A range that a person has suspended is left alone until `resume`, until its time has come, or until its file says something else of `suspend` than it did: other changes of the file wait. `resume` of a range whose file says `suspend` holds until the file says something else of that.',
  ])
}

function configurationPage(): string {
  const sections = sectionsOf(jsonSchemaOf('config'))
  return page([
    '# Configuration',
    NOTICE,
    "Ludus' own `config.yml` (`--config`, `/opt/ludus/config.yml` unless given), with Lanista's settings under `lanista:`. Keys of Ludus that Lanista doesn't use are ignored; misspelt keys of its own are refused. A key without a value counts as not given. Ludus' keys may have their value in quotes, as Ludus takes it; relative paths are taken from the folder of the file.",
    `A variable of the environment goes before the file; an empty one counts as not set. Its name is the key in capitals after \`LANISTA_\`, without \`lanista.\`, and with \`_\` for the dot. Lists are separated by commas, and a list of maps is in JSON. A variable that looks like a misspelt one of these is refused; any other unknown \`LANISTA_\` variable is warned about, but those that Kubernetes makes for a Service are not, nor are \`LANISTA_SERVER\` and \`LANISTA_TOKEN_FILE\`, which tell commands where a Lanista elsewhere is. \`LANISTA_PROXMOX_TOKEN\` is the API token itself, for where there is no \`token_file\`; it can't be given in the file.`,
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
