import type { MigrationParts } from '../migration/migrate.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { openNetworks } from '../network/open-networks.ts'
import type { Composition, Connected } from './composition.ts'

/** What a move of networks works with, on a connected configuration; a lock that an earlier one left behind is given back. */
export async function openMigration(
  connected: Connected,
  composition: Composition,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<MigrationParts> {
  const { proxmox, config, logger, migration } = connected
  const { clock } = composition
  const settings = planSettingsOf(config)
  const { maker } = openNetworks(proxmox, migration.lockStore, () => settings, { clock, logger, signal })
  await maker.giveBackLeftover()
  const { machines, pools, access } = proxmox
  return {
    machines,
    pools,
    access,
    maker,
    store: migration.journal,
    look: () => proxmox.observe(signal),
    clock,
    signal,
    say,
  }
}
