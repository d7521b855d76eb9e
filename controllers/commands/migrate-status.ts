import { planSettingsOf } from '../../model/plan-settings.ts'
import { standingOf } from '../../reconcilers/migration/migration-standing.ts'
import { newNetworksOf } from '../../reconcilers/migration/new-networks.ts'
import { isLeft, standingText } from '../terminal/migration-standing-text.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Composition } from './composition.ts'
import { mustBeJournalOf } from './journal-of-this-cluster.ts'
import { lookAtInstallation } from './look-at-installation.ts'
import { mustBeTextOrJson } from './text-or-json.ts'

/**
 * `lanista migrate status`: what of a move is done, and what is left. Writes nothing.
 *
 * @returns the exit status: 0 nothing is left, 2 something is
 */
export async function migrateStatusCommand(
  { config: configFile, format }: { readonly config: string; readonly format: string },
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  mustBeTextOrJson(format)
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  const journal = await connected.migration.journal.read()
  if (journal === undefined || (journal.nics.length === 0 && journal.going === undefined)) {
    print(
      format === 'json'
        ? JSON.stringify({ nics: [], snapshots: [], untold: [], going: [] })
        : 'nothing was moved from here',
    )
    return 0
  }
  const seen = await lookAtInstallation(connected, composition.clock.now(), signal)
  mustBeJournalOf(journal, seen.snapshot, 'status', config)
  const { mtu } = newNetworksOf(seen.snapshot, planSettingsOf(config))
  const standing = standingOf(journal, seen, mtu)
  if (format === 'json') print(JSON.stringify(standing, undefined, 2))
  else for (const line of standingText(standing, paint)) print(line)
  const isOpen = standing.nics.some(({ state, oldMtu }) => oldMtu || isLeft(state)) || standing.going.length > 0
  return isOpen ? 2 : 0
}
