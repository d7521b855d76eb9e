import type { ApiPlace, LanistaApi } from '../../model/api/lanista-api.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import { ageText } from '../terminal/age-text.ts'
import type { Composition } from './composition.ts'
import { LeftLanista } from './left-lanista.ts'

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
  const { api, config } = await findLanista(options, composition, signal)
  if (api !== undefined) return api
  throw new UserError(
    `${what}: no Lanista runs on this machine with the state directory ${config?.lanista.state_dir ?? ''}; ${HOW_TO_START}`,
  )
}

const HOW_TO_START = 'start it (`lanista run`, or `systemctl start lanista`), or name one elsewhere with --server'

/** What is known of ranges and cluster: by the Lanista that runs there, else by what the last one left, with its age. */
export async function knownLanista(
  options: LanistaOptions,
  composition: Composition,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<Known> {
  const { api, config } = await findLanista(options, composition, signal)
  if (api !== undefined || config === undefined)
    return { api: api ?? (await runningLanista(options, composition, 'lanista', signal)), isRunning: true }
  const left = await composition.leftBehind(config)
  const of = `no Lanista runs on this machine with the state directory ${config.lanista.state_dir}`
  warn(
    left.writtenAt === undefined
      ? `${of}, and none has left a status of any range there; ${HOW_TO_START}`
      : `${of}: of ranges and VMs this is what the last one wrote ${ageText(composition.clock.now() - left.writtenAt)} ago, and the cluster as it is now; ${HOW_TO_START}`,
  )
  return { api: new LeftLanista(left, config, composition, warn), isRunning: false }
}

/** @returns the configuration of the Lanista on this machine, where that is meant */
async function findLanista(
  { server, tokenFile, config: file }: LanistaOptions,
  composition: Composition,
  signal: AbortSignal,
): Promise<{ readonly api: LanistaApi | undefined; readonly config: ServerConfig | undefined }> {
  const config = server === undefined ? await composition.loadConfig(file) : undefined
  return { api: await composition.lanista(config, { server, tokenFile }, signal), config }
}
