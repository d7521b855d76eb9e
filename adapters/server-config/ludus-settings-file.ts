import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { causeInWords, errorCode } from '../error-code.ts'
import { decodeText } from '../yaml-file/decode-text.ts'
import { readYaml, type YamlFile } from '../yaml-file/read-yaml.ts'

/** What Lanista takes from Ludus' server settings, where its `config.yml` does not say it. */
export const SETTINGS_KEYS = ['default_router_vm_name', 'default_router_template_name'] as const

/** What became of reading the file of Ludus' server settings. */
export type LudusSettingsRead =
  /** Undefined where there is no such file. */
  | { readonly kind: 'ok'; readonly yaml: YamlFile | undefined }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }

const NAME = 'server-config.yml'

/** The file of Ludus' server settings beside its `config.yml`; undefined where that has this very name. */
export const ludusSettingsFile = (configFile: string): string | undefined =>
  basename(configFile) === NAME ? undefined : join(dirname(configFile), NAME)

/**
 * Reads Ludus' server settings beside its configuration. What can't be read is not taken for nothing: the names of
 * routers hang on it.
 */
export async function readLudusSettings(configFile: string): Promise<LudusSettingsRead> {
  const file = ludusSettingsFile(configFile)
  if (file === undefined) return { kind: 'ok', yaml: undefined }
  const shown = printable(file, 4096)
  const whole = (finding: string, remedy: string): LudusSettingsRead => ({
    kind: 'invalid',
    diagnostics: [{ file: shown, line: undefined, column: undefined, finding, remedy }],
  })
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'ok', yaml: undefined }
    return whole(
      `Ludus' server settings can't be read: ${causeInWords(error)}`,
      "let Lanista's user read it: it may name Ludus' default router",
    )
  }
  const decoded = decodeText(bytes)
  if (decoded.kind !== 'text') return whole(decoded.finding, decoded.remedy)
  // Ludus leaves a file of comments where nobody has set anything.
  if (!/^[^\S\n]*[^\s#]/m.test(decoded.text)) return { kind: 'ok', yaml: undefined }
  return readYaml(decoded.text, shown, 'yaml 1.2', 'the configuration')
}
