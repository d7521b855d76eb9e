import type { MigrationParts } from '../migration/migrate.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { UserError } from '../../model/user-error.ts'
import { openNetworks } from '../network/open-networks.ts'
import type { Composition, Connected } from './composition.ts'

/**
 * Does work on a move of networks, on a connected configuration; a lock that an earlier one left behind is given back before. Throws a
 * `UserError` while another process moves networks by the same journal: each would write its own over the other's, and give
 * back the other's SDN lock.
 */
export async function withMigration<T>(
  connected: Connected,
  composition: Composition,
  { verb, say, signal }: { readonly verb: string; readonly say: (line: string) => void; readonly signal: AbortSignal },
  work: (parts: MigrationParts) => Promise<T>,
): Promise<T> {
  const claim = await connected.migration.presence.claim(() => undefined)
  if (claim.kind === 'taken')
    throw new UserError(
      `migrate ${verb}: another lanista migrate (process ${claim.pid}) moves networks by the same journal; wait for its end, then run this again`,
    )
  try {
    return await work(await openMigration(connected, composition, say, signal))
  } finally {
    await claim.release()
  }
}

async function openMigration(
  connected: Connected,
  composition: Composition,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<MigrationParts> {
  const { proxmox, config, logger, migration } = connected
  const { clock } = composition
  const settings = planSettingsOf(config)
  const { maker, repairNow } = openNetworks(proxmox, migration.lockStore, () => settings, { clock, logger, signal })
  await maker.giveBackLeftover()
  const { machines, reboots, nicLooks, guestAgents, pools, guestNics, access } = proxmox
  return {
    machines,
    reboots,
    nicLooks,
    guestAgents,
    pools,
    guestNics,
    access,
    networks: { maker, repair: repairNow },
    store: migration.journal,
    look: () => proxmox.observe(signal),
    clock,
    signal,
    say,
  }
}
