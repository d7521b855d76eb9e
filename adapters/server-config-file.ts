import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { diagnosticLine, type Diagnostic } from '../model/diagnostic.ts'
import { nearest } from '../model/nearest.ts'
import { printable } from '../model/printable.ts'
import { serverConfigSchema, type ServerConfig } from '../model/server-config.ts'
import { UserError } from '../model/user-error.ts'
import { causeInWords } from './error-code.ts'
import { decodeText } from './yaml-file/decode-text.ts'
import { issueDiagnostics } from './yaml-file/issue-diagnostics.ts'
import { readYaml, type YamlFile } from './yaml-file/read-yaml.ts'

/** What became of reading a configuration file. */
export type ServerConfigRead =
  | { readonly kind: 'ok'; readonly config: ServerConfig }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }

/** Loads Ludus' `config.yml` with its `lanista:` section. Throws a `UserError` with one line for each problem. */
export async function loadServerConfig(file: string): Promise<ServerConfig> {
  const read = await readServerConfig(file)
  if (read.kind === 'ok') return read.config
  throw new UserError(read.diagnostics.map(diagnosticLine).join('\n'))
}

/** Reads and checks a configuration file. Never throws for what is in the file, or for its absence. */
async function readServerConfig(file: string): Promise<ServerConfigRead> {
  const whole = (finding: string, remedy: string): ServerConfigRead => ({
    kind: 'invalid',
    diagnostics: [{ file: printable(file, 4096), line: undefined, column: undefined, finding, remedy }],
  })
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    return whole(`the configuration can't be read: ${causeInWords(error)}`, 'create it, or name another with --config')
  }
  const decoded = decodeText(bytes)
  return decoded.kind === 'text' ? parseServerConfig(decoded.text, file) : whole(decoded.finding, decoded.remedy)
}

/** Checks a configuration's text. Relative paths in it are taken from the folder of `file`. */
export function parseServerConfig(text: string, file: string): ServerConfigRead {
  const read = readYaml(text, printable(file, 4096))
  if (read.kind === 'invalid') return read
  const { yaml } = read

  const value = withoutEmptyKeys(yaml.value)
  const checked = serverConfigSchema.safeParse(value)
  const diagnostics = [
    ...misspeltKeys(yaml),
    ...(checked.success ? [] : issueDiagnostics(yaml, serverConfigSchema, checked.error.issues)),
  ]
  if (!checked.success || diagnostics.length > 0) return { kind: 'invalid', diagnostics }
  return { kind: 'ok', config: withResolvedPaths(checked.data, dirname(resolve(file))) }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A key without a value counts as not given, as it does for Ludus. */
const withoutEmptyKeys = (value: unknown): unknown =>
  isMap(value) ? Object.fromEntries(Object.entries(value).filter(([, content]) => content !== null)) : value

/** Further keys of Ludus' own, so that none of them is taken for a misspelling of one that Lanista reads. */
const OTHER_LUDUS_KEYS: ReadonlySet<string> = new Set([
  'proxmox_interface',
  'proxmox_hostname',
  'proxmox_local_ip',
  'proxmox_public_ip',
  'proxmox_gateway',
  'proxmox_netmask',
  'proxmox_iso_storage_pool',
  'prevent_user_ansible_add',
  'license_key',
  'expose_admin_port',
])

/** Unknown keys are Ludus' business, unless they are one or two slips away from a key of ours. */
function misspeltKeys(yaml: YamlFile): readonly Diagnostic[] {
  if (!isMap(yaml.value)) return []
  const known = Object.keys(serverConfigSchema.shape)
  const strange = Object.keys(yaml.value).filter((key) => !known.includes(key) && !OTHER_LUDUS_KEYS.has(key))
  return strange.flatMap((key) => {
    const meant = nearest(key, known, 2)
    if (meant === undefined) return []
    return [yaml.diagnosticAt(yaml.place([key]).key, `unknown key ${printable(key)}`, `did you mean ${meant}?`)]
  })
}

/** The paths of the `lanista:` section made absolute, so that the working directory doesn't matter. */
function withResolvedPaths(config: ServerConfig, folder: string): ServerConfig {
  const { lanista } = config
  const { token_file, ca_file, ...proxmox } = lanista.proxmox
  return {
    ...config,
    lanista: {
      ...lanista,
      ranges: resolve(folder, lanista.ranges),
      state_dir: resolve(folder, lanista.state_dir),
      proxmox: {
        ...proxmox,
        ...(token_file === undefined ? {} : { token_file: resolve(folder, token_file) }),
        ...(ca_file === undefined ? {} : { ca_file: resolve(folder, ca_file) }),
      },
    },
  }
}
