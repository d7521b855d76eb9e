import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { GuestCounted, NicReader } from '../../model/network-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { Proxmox, RangeFiles } from '../../model/ports.ts'
import type { FinishSeen } from '../../reconcilers/migration/finish-seen.ts'
import { oldBridges } from '../../reconcilers/migration/old-bridges.ts'
import { lookAtInstallation } from './look-at-installation.ts'

/** What Proxmox calls the bridges of a node, as a zone. */
const BRIDGES = 'localnetwork'

/**
 * Whatever can name an old bridge, as it is just now: all guests, counted in several ways, with what waits and with their snapshots; what
 * hangs on the bridges; networks, zones, files. Throws where that can't be told.
 */
export async function lookAtFinish(
  { proxmox, files }: { readonly proxmox: Proxmox; readonly files: RangeFiles },
  journal: MigrationJournal,
  now: number,
  signal: AbortSignal,
): Promise<FinishSeen> {
  const fresh = { ...proxmox, observe: () => proxmox.observe(signal, 'now') }
  const seen = await lookAtInstallation({ proxmox: fresh, files }, now, signal)
  const moved = journal.nics.map(({ vmid, name, node = '' }) => ({ kind: 'qemu' as const, vmid, node, name }))
  const counted = await countedOf([...seen.snapshot.guests, ...moved], proxmox.nics, signal)
  const old = oldBridges(journal, []).map(({ name }) => name)
  const begun = (journal.going ?? []).flatMap((note) => note.bridges)
  const names = [...new Set([...old, ...begun])].map((name) => ({ name, zone: BRIDGES }))
  const nodes = seen.snapshot.nodes.filter(({ inCluster }) => inCluster).map(({ name }) => name)
  const plugged = names.length === 0 ? new Map() : await proxmox.nics.plugged(names, nodes, signal)
  return { ...seen, counted, plugged }
}

/** Nothing can go where they can't be counted, and why not is for a person to read. */
async function countedOf(
  known: readonly GuestCounted[],
  nics: NicReader,
  signal: AbortSignal,
): Promise<FinishSeen['counted']> {
  try {
    return await nics.everyGuest(known, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (isProxmoxError(error) && error.kind !== 'unauthorized') return error.message
    throw error
  }
}
