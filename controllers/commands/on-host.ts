import { HostError } from '../../model/host-ports.ts'
import type { HostJournal } from '../../model/host-journal.ts'
import { UserError } from '../../model/user-error.ts'
import type { Onlooker } from '../host-migration/follow.ts'
import type { HostParts } from '../host-migration/host-parts.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Composition } from './composition.ts'

/** How people are spoken to. */
export interface HostConversation extends Onlooker {
  readonly paint: Paint
  /** Undefined where nobody is there to answer. */
  readonly question: ((text: string) => Promise<string>) | undefined
}

/** What fails on the host is a person's to mend, and is told without a stack. */
export async function withHost<T>(
  { config: configFile }: { readonly config: string },
  composition: Composition,
  work: (parts: HostParts) => Promise<T>,
): Promise<T> {
  const config = await composition.loadConfig(configFile)
  try {
    return await work(await composition.host(config, configFile, composition.openLog()))
  } catch (error) {
    if (error instanceof HostError) throw new UserError(error.message, error)
    throw error
  }
}

/** The exit status of a move that was to end so. */
export const statusOf = ({ phase, left }: HostJournal, wanted: HostJournal['phase']): number =>
  phase === wanted && left.length === 0 ? 0 : 1

/** Throws `UserError` unless this process may change the host. */
export function mustBeRoot({ isRoot }: HostParts, verb: string): void {
  if (!isRoot)
    throw new UserError(
      `migrate host ${verb}: the network of this host is for root alone to see whole, and to change; run it with sudo`,
    )
}
