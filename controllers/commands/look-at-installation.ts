import type { Proxmox, RangeFiles } from '../../model/ports.ts'
import type { MigrationSeen } from '../../reconcilers/migration/migration-seen.ts'
import { whySilent } from '../../reconcilers/silent-node.ts'
import { lookNow } from './look-now.ts'
import { readFolder } from './read-folder.ts'

/**
 * The installation as it is just now: the cluster, all NICs of all its guests, and the numbers that range files say. Throws when the
 * cluster or the folder can't be seen.
 */
export async function lookAtInstallation(
  {
    proxmox,
    files,
  }: { readonly proxmox: Pick<Proxmox, 'observe' | 'machines' | 'guestNics'>; readonly files: RangeFiles },
  now: number,
  signal: AbortSignal,
): Promise<MigrationSeen & { readonly warnings: readonly string[] }> {
  const folder = await readFolder(files, now)
  const first = await proxmox.observe(signal)
  const { snapshot, warnings } = await lookNow(
    { ...proxmox, observe: () => Promise.resolve(first) },
    first.pools,
    signal,
  )
  const silent = snapshot.guests.flatMap((guest) => {
    const why = whySilent(guest.node, snapshot)
    return why === undefined ? [] : [{ guest, why: `its node ${guest.node} ${why}` }]
  })
  const asked = snapshot.guests.filter((guest) => !silent.some((each) => each.guest === guest))
  const { guests, unread } = await proxmox.guestNics.read(asked, signal)
  const specs = [...folder.awake, ...folder.suspended]
  return {
    snapshot,
    guests,
    unread: [...unread, ...silent].sort((a, b) => a.guest.vmid - b.guest.vmid),
    files: new Map(specs.map(({ id, number }) => [id, number])),
    warnings,
  }
}
