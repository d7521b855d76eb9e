import { openForge } from '../../adapters/forge/open-forge.ts'
import type { Clock } from '../../model/clock.ts'
import type { Forge } from '../../model/forge.ts'
import { forgePlaceOf } from '../../model/forge-place.ts'
import type { GitSettings } from '../../model/git-section.ts'
import type { Logger } from '../../model/ports.ts'

/** A forge, and what is to be known for telling it of commits. */
export interface ToldForge {
  readonly forge: Forge
  /** Its API. */
  readonly where: string
  /** The context of a whole commit. */
  readonly name: string
}

/** The forge that is told how commits fare; undefined where none is. Nothing is sent yet. */
export function forgeOf(
  { url, branch, status }: GitSettings,
  logger: Logger,
  clock: Pick<Clock, 'now'>,
): ToldForge | undefined {
  if (status === undefined) return undefined
  const read = forgePlaceOf(url, status)
  if (read.kind === 'unknown') return undefined
  const { place } = read
  const told = new Set<string>()
  const forge = openForge({
    place,
    branch,
    tokenFile: status.token_file,
    caFile: status.ca_file,
    clock,
    onWarning: (warning) => {
      if (!told.has(warning)) logger.warn(`git status: ${warning}`)
      told.add(warning)
    },
  })
  return { forge, where: place.apiUrl, name: status.name }
}
