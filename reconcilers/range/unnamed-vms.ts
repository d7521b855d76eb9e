import { isConfiguredFor } from '../../model/identity.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'

/** VMs with the range's tags in its pool that are none of its plan. */
export const unnamedGuests = (
  rangeId: string,
  planned: ReadonlySet<number>,
  { guests }: Pick<ClusterSnapshot, 'guests'>,
): readonly GuestSeen[] =>
  guests.filter(({ kind, template, pool, tags, name, vmid }) => {
    const isOurs = kind === 'qemu' && !template && pool === rangeId && isConfiguredFor(rangeId, tags)
    return isOurs && name !== undefined && !planned.has(vmid)
  })

/**
 * The same in words: one that was taken out of the file runs on, as a file that says less destroys nothing, and keeps the range
 * from being removed later.
 */
export const unnamedVms = (
  rangeId: string,
  planned: ReadonlySet<number>,
  snapshot: Pick<ClusterSnapshot, 'guests'>,
): readonly string[] =>
  unnamedGuests(rangeId, planned, snapshot).map(
    ({ name, vmid, node }) =>
      `VM ${vmid} (${printable(name ?? '')}) on ${node} is the range's, and its file does not name it: it stays as it is, and state: absent waits for it; name it again, or delete it: qm destroy ${vmid}`,
  )
