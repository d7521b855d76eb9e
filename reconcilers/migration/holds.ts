import type { Finding } from '../../model/condition.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import { NOT_MIGRATED } from '../hold-on.ts'

/**
 * Why nothing is planned for ranges on account of a move: range id -> finding. One whose NICs are being moved is between two networks,
 * and one that has moved is not given bridges by a Lanista that was started before, nor one that was put back further VMs on its VNet.
 */
export function holdsOf(
  journal: MigrationJournal | undefined,
  mode: NetworkMode | Finding,
): ReadonlyMap<string, Finding> {
  const holds = new Map<string, Finding>()
  for (const { pool, proven } of journal?.nics ?? []) {
    if (proven !== true) holds.set(pool, moving(pool))
    else if (mode === 'bridges' && !holds.has(pool)) holds.set(pool, moved(pool))
  }
  if (mode === 'vnets')
    for (const pool of journal?.onBridges ?? []) if (!holds.has(pool)) holds.set(pool, onBridges(pool))
  return holds
}

const moving = (pool: string): Finding => ({
  reason: 'Migrating',
  message: `range ${pool}: its NICs are being moved to VNets, so nothing of it is changed; if no lanista migrate run is at work, run it again, or put them back: lanista migrate rollback --range ${pool}`,
})

const moved = (pool: string): Finding => ({
  reason: 'Migrated',
  message: `range ${pool}: its NICs were moved to VNets, and ranges still get bridges here, so nothing of it is changed; set cluster_mode: true (or take cluster_mode: false away) and restart Lanista, or put them back: lanista migrate rollback --range ${pool}`,
})

const onBridges = (pool: string): Finding => ({
  reason: NOT_MIGRATED,
  message: `range ${pool}: its NICs are on bridges, by the journal of the move, and ranges get VNets here, so nothing of it is changed, as VMs on a bridge don't reach those on a VNet; move it (lanista migrate run --range ${pool}), or set cluster_mode: false to go on with bridges and restart Lanista`,
})
