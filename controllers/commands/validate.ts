import type { CheckedFile } from '../../model/checked-file.ts'
import { printable } from '../../model/printable.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition } from './composition.ts'
import { checkOnline } from '../validation/check-online.ts'
import { checkTogether } from '../validation/check-together.ts'
import { diagnosticGithub, diagnosticJson, diagnosticSarif } from '../terminal/diagnostic-formats.ts'
import { diagnosticText } from '../terminal/diagnostic-text.ts'
import type { Paint } from '../terminal/paint.ts'

/** How `lanista validate` says what it found. */
const VALIDATE_FORMATS = ['text', 'json', 'sarif', 'github'] as const
type Format = (typeof VALIDATE_FORMATS)[number]

export interface ValidateOptions {
  /** Files and folders; none means the configured folder. */
  readonly paths: readonly string[]
  /** The configuration, when the user named one or the usual one is there. */
  readonly config: string | undefined
  readonly format: string
  /** Also ask the cluster of the configuration for nodes, templates and storage. */
  readonly online: boolean
}

/**
 * `lanista validate`: checks range files before anything is touched, and says all that is wrong with any of them.
 *
 * @returns the exit status: 0, or 1 when there is a problem
 */
export async function validateCommand(
  { paths, config, format, online }: ValidateOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const render = rendererOf(format, paint)
  // Files that are named need no configuration, so that one that can't be read is not in their way.
  const isNeeded = online || paths.length === 0
  const settings = config === undefined || !isNeeded ? undefined : await composition.loadConfig(config)
  if (online && (config === undefined || settings === undefined))
    throw new UserError('--online needs to know the cluster: name a configuration with --config')
  const ofCommit =
    paths.length > 0 || settings === undefined
      ? undefined
      : await composition.commitChecker(settings, composition.openLog())
  const checker = ofCommit?.checker ?? composition.checker
  const alone = await checker.check(paths.length > 0 ? paths : [settings?.lanista.ranges ?? '.'])
  const together = await checkTogether(alone, checker)
  const files =
    online && config !== undefined && settings !== undefined
      ? await checkOnline(together, { file: config, settings }, checker, () => lookAt(settings, composition, signal))
      : together
  for (const line of render(files)) print(line)
  return files.some(({ problems }) => problems.length > 0) ? 1 : 0
}

async function lookAt(config: ServerConfig, composition: Composition, signal: AbortSignal): Promise<ClusterSnapshot> {
  const { proxmox } = await composition.connect(config, composition.openLog())
  return await proxmox.observe(signal)
}

function rendererOf(format: string, paint: Paint): (files: readonly CheckedFile[]) => readonly string[] {
  const renderers: Readonly<Record<Format, (files: readonly CheckedFile[]) => readonly string[]>> = {
    text: (files) => diagnosticText(files, paint),
    json: (files) => [diagnosticJson(files)],
    sarif: (files) => [diagnosticSarif(files, process.cwd())],
    github: (files) => diagnosticGithub(files, process.cwd()),
  }
  const known = VALIDATE_FORMATS.find((name) => name === format)
  if (known === undefined)
    throw new UserError(`--format ${printable(format)} is not known; choose among ${VALIDATE_FORMATS.join(', ')}`)
  return renderers[known]
}
