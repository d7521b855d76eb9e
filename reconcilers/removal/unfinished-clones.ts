import type { Finding } from '../../model/condition.ts'
import { VMIDS_PER_RANGE } from '../../model/identity.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { mayBeCloning } from '../vm/clone-running.ts'

/** What holds up a removal of VMs that are not in the range's pool yet. */
export type UnfinishedClones =
  | { readonly kind: 'progressing'; readonly finding: Finding }
  | { readonly kind: 'waits'; readonly finding: Finding }

/**
 * Clones of a range that have not ended, or never will: they come into its pool at their end only, and then would be
 * nobody's. They are told by their VMID, which spells the range's number and which nobody but Lanista gives.
 *
 * @param numbers those that carry the range's mark
 */
export function unfinishedClones(
  { rangeId, why }: RemovalOrder,
  numbers: readonly number[],
  snapshot: ClusterSnapshot,
  vmidBase: number,
): UnfinishedClones | undefined {
  const clones = snapshot.guests.filter(
    (guest) => numbers.includes(Math.floor((guest.vmid - vmidBase) / VMIDS_PER_RANGE)) && isUnfinished(guest, snapshot),
  )
  const [first] = clones
  if (first === undefined) return undefined
  const finding = (reason: string, rest: string): Finding => ({
    reason,
    message: `range ${rangeId}: it is to go (${why}), and ${rest}`,
  })
  const running = clones.find((guest) => mayBeCloning(guest, snapshot))
  if (running !== undefined)
    return {
      kind: 'progressing',
      finding: finding(
        'Progressing',
        `VM ${running.vmid} is still being cloned; it goes on by itself when that is over`,
      ),
    }
  const lines = clones.map(({ vmid, node, lock }) =>
    [
      `VM ${vmid} on ${node} is what an interrupted clone left: run as root there: `,
      lock === undefined ? '' : `qm unlock ${vmid} && `,
      `qm destroy ${vmid} --destroy-unreferenced-disks 1`,
    ].join(''),
  )
  return { kind: 'waits', finding: finding('CloneInterrupted', `${lines.join('; ')}; this goes on by itself then`) }
}

/**
 * In no pool, and locked by its clone, or without a name of its own, or where a clone runs: for a moment at its end it has lost
 * its lock and is in no pool yet.
 */
function isUnfinished(guest: GuestSeen, snapshot: ClusterSnapshot): boolean {
  const { kind, template, pool, lock, name, vmid } = guest
  if (kind !== 'qemu' || template || pool !== undefined) return false
  return lock === 'clone' || name === `VM ${vmid}` || mayBeCloning(guest, snapshot)
}
