import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { asKind, type ConfigKey, configKeys, valueAt, withValueAt } from '../../model/config-keys.ts'
import type { ConfigOrigin, ConfigSource, EffectiveConfig, ServerConfigRead } from '../../model/config-source.ts'
import { type Diagnostic, diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { proxmoxUrlOf, type ServerConfig, serverConfigSchema } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords, unreadRemedy } from '../error-code.ts'
import { aboutVariable, overridden, type Override, overridesIn } from './environment-overrides.ts'
import { ludusSettingsFile, readLudusSettings, SETTINGS_KEYS } from './ludus-settings-file.ts'
import { keysOfLanista, misspeltKeys } from './misspelt-keys.ts'
import { withResolvedPaths } from './resolved-paths.ts'
import { watchFile } from './watch-file.ts'
import { decodeText } from '../yaml-file/decode-text.ts'
import { issueDiagnostics } from '../yaml-file/issue-diagnostics.ts'
import { readYaml, type YamlFile } from '../yaml-file/read-yaml.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The configuration in a file, with the `LANISTA_*` variables of the environment in place of what it says. */
export const serverConfigFile = (file: string, environment: Environment): ConfigSource => ({
  read: () => readServerConfig(file, environment),
  watch: async (onChange, signal) => {
    const settings = ludusSettingsFile(file)
    await watchFile(file, onChange, signal)
    if (settings !== undefined) await watchFile(settings, onChange, signal)
  },
})

/**
 * Loads Ludus' `config.yml` with its `lanista:` section. Throws a `UserError` with one line for each problem, without any value:
 * `lanista config` shows these.
 */
export async function loadServerConfig(file: string, environment: Environment): Promise<ServerConfig> {
  const read = await readServerConfig(file, environment)
  if (read.kind === 'ok') return read.config
  throw new UserError(read.diagnostics.map((each) => diagnosticLine(unquotedDiagnostic(each))).join('\n'))
}

async function readServerConfig(file: string, environment: Environment): Promise<ServerConfigRead> {
  const whole = (finding: string, remedy: string): ServerConfigRead => ({
    kind: 'invalid',
    diagnostics: [{ file: printable(file, 4096), line: undefined, column: undefined, finding, remedy }],
  })
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    return whole(
      `the configuration can't be read: ${causeInWords(error)}`,
      unreadRemedy(error, 'name another with --config'),
    )
  }
  const decoded = decodeText(bytes)
  if (decoded.kind !== 'text') return whole(decoded.finding, decoded.remedy)
  const settings = await readLudusSettings(file)
  if (settings.kind === 'invalid') return settings
  const read = parseServerConfig(decoded.text, file, environment, settings.yaml)
  return read.kind === 'ok' ? { ...read, warnings: [...read.warnings, ...(await exposure(file, read))] } : read
}

/** That others on the machine may read the secret in the file, which is all that somebody needs to be Lanista. */
async function exposure(file: string, { origins }: EffectiveConfig): Promise<readonly Diagnostic[]> {
  const origin = origins.get('proxmox_token_secret')
  if (origin?.kind !== 'file') return []
  const { mode } = await stat(file)
  if ((mode & 0o007) === 0) return []
  const finding = `it holds proxmox_token_secret, and every user of this machine may read it (mode ${(mode & 0o777).toString(8)})`
  return [{ file: printable(file, 4096), line: origin.line, column: undefined, finding, remedy: 'chmod o= it' }]
}

/**
 * Checks a configuration's text. Relative paths in it, or in the environment, are taken from the folder of `file`.
 *
 * @param settings Ludus' server settings, for keys that the text does not have
 */
export function parseServerConfig(
  text: string,
  file: string,
  environment: Environment = {},
  settings?: YamlFile,
): ServerConfigRead {
  const read = readYaml(text, printable(file, 4096), 'yaml 1.2', 'the configuration')
  if (read.kind === 'invalid') return read
  const { yaml } = read
  const { values: overrides, problems, warnings } = overridesIn(environment)
  const value = withSettings(withoutEmptyKeys(yaml.value), settings)
  const given = overridden(asLudusReads(value), overrides)
  const checked = serverConfigSchema.safeParse(given)
  const files = settings === undefined ? [yaml] : [yaml, settings]
  const diagnostics = [
    ...misspeltKeys(yaml),
    ...(checked.success ? [] : issuesInWords(checked.error.issues, files, overrides)),
    ...problems,
    ...twoSources(given, yaml),
  ]
  if (!checked.success || diagnostics.length > 0) return { kind: 'invalid', diagnostics }
  const config = withResolvedPaths(checked.data, dirname(resolve(file)))
  return {
    kind: 'ok',
    config: { ...config, proxmox_url: proxmoxUrlOf(config) },
    origins: originsOf(files, overrides),
    warnings: [...keysOfLanista(yaml), ...warnings],
  }
}

/** That range files are to come from a folder and from a repository. */
function twoSources(given: unknown, yaml: YamlFile): readonly Diagnostic[] {
  const [ranges, git] = [valueAt(given, ['lanista', 'ranges']), valueAt(given, ['lanista', 'git'])]
  if ((ranges ?? null) === null || (git ?? null) === null) return []
  const { key, node } = yaml.place(['lanista', 'git'])
  return [
    yaml.diagnosticAt(
      key ?? node,
      'lanista.ranges and lanista.git are both given, and range files come from one of them',
      'remove one: a folder, or a repository',
    ),
  ]
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A key without a value counts as not given, as it does for Ludus. */
const withoutEmptyKeys = (value: unknown): unknown =>
  isMap(value) ? Object.fromEntries(Object.entries(value).filter(([, content]) => content !== null)) : value

/** What the settings say of keys that the configuration has not. */
function withSettings(value: unknown, settings: YamlFile | undefined): unknown {
  const said = withoutEmptyKeys(settings?.value)
  if (!isMap(value) || !isMap(said)) return value
  return { ...Object.fromEntries(SETTINGS_KEYS.flatMap((key) => (key in said ? [[key, said[key]]] : []))), ...value }
}

/** Ludus is lenient about the types of its keys; Lanista's own keys are taken at their word. */
const asLudusReads = (value: unknown): unknown =>
  configKeys
    .filter(({ path }) => path.length === 1 && valueAt(value, path) !== undefined)
    .reduce((current, { path, kind }) => withValueAt(current, path, asKind(kind, valueAt(current, path))), value)

/** Each problem where it stems from: a place in the file, or a variable. */
function issuesInWords(
  issues: Parameters<typeof issueDiagnostics>[2],
  files: readonly YamlFile[],
  overrides: readonly Override[],
): readonly Diagnostic[] {
  const overrideOf = (path: readonly PropertyKey[]): Override | undefined =>
    overrides.find(({ key }) => key.path.every((step, index) => path[index] === step))
  const ofFiles = files.map((file, index) => ({
    file,
    issues: issues.filter(({ path }) => overrideOf(path) === undefined && Math.max(0, placeIn(files, path)) === index),
  }))
  const ofVariables = issues.flatMap((issue) => {
    const override = overrideOf(issue.path)
    return override === undefined ? [] : issueOfVariable(issue, override)
  })
  return [...ofFiles.flatMap((each) => issueDiagnostics(each.file, serverConfigSchema, each.issues)), ...ofVariables]
}

/** The same words as for a file: the variable is shown as a file of that one key. */
function issueOfVariable(
  issue: Parameters<typeof issueDiagnostics>[2][number],
  { key, value }: Override,
): readonly Diagnostic[] {
  const read = readYaml(JSON.stringify(withValueAt({}, key.path, value)), key.variable, 'yaml 1.2')
  if (read.kind === 'invalid') return [aboutVariable(key.variable, 'it has no value that can be used', '')]
  return issueDiagnostics(read.yaml, serverConfigSchema, [issue]).map(({ finding, remedy, unquoted }) => ({
    ...aboutVariable(key.variable, finding, remedy),
    ...(unquoted === undefined ? {} : { unquoted }),
  }))
}

/** The index of the first file that has something there; -1: none. Of the settings only what is taken from them. */
const placeIn = (files: readonly YamlFile[], path: readonly PropertyKey[]): number =>
  files.findIndex(({ value }, index) => {
    const taken = index === 0 || SETTINGS_KEYS.some((key) => key === path[0])
    return taken && (valueAt(value, path.slice(0, 1).map(String)) ?? null) !== null
  })

const originsOf = (files: readonly YamlFile[], overrides: readonly Override[]): ReadonlyMap<string, ConfigOrigin> =>
  new Map(configKeys.map((key) => [key.name, originOf(key, files, overrides)]))

function originOf(
  { name, path, variable }: ConfigKey,
  files: readonly YamlFile[],
  overrides: readonly Override[],
): ConfigOrigin {
  if (overrides.some(({ key }) => key.name === name)) return { kind: 'environment', variable }
  const yaml = files[placeIn(files, path)]
  const value = yaml === undefined ? undefined : valueAt(yaml.value, path)
  if (yaml === undefined || value === undefined || value === null) return { kind: 'default' }
  const { key, node } = yaml.place(path)
  return { kind: 'file', file: yaml.file, line: yaml.diagnosticAt(key ?? node, '', '').line }
}
