import type { ApiPlace, LanistaApi } from '../../model/api/lanista-api.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition } from './composition.ts'

/** Where a Lanista is looked for. */
export interface LanistaOptions extends ApiPlace {
  readonly config: string
}

/** What is known of ranges and cluster, and by whom. */
export interface Known {
  readonly api: LanistaApi
  /** A Lanista runs, and tells it; else it is what the last one left, and what the cluster says. */
  readonly isRunning: boolean
}

/** The Lanista that runs there. Throws `UserError` where none does: some things only a running one can do. @param what that is */
export async function runningLanista(
  options: LanistaOptions,
  composition: Composition,
  what: string,
  signal: AbortSignal,
): Promise<LanistaApi> {
  const { server, tokenFile } = options
  const config = server === undefined ? await composition.loadConfig(options.config) : undefined
  const api = await composition.lanista(config, { server, tokenFile }, signal)
  if (api !== undefined) return api
  throw new UserError(
    `${what}: no Lanista runs on this machine with the state directory ${config?.lanista.state_dir ?? ''}; start it (\`lanista run\`, or \`systemctl start lanista\`), or name one elsewhere with --server`,
  )
}

/** What is known of ranges and cluster: by the Lanista that runs there, else by what the last one left, with its age. */
export async function knownLanista(
  options: LanistaOptions,
  composition: Composition,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<Known> {
  void warn
  return { api: await runningLanista(options, composition, 'get', signal), isRunning: true }
}
