import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'

/** What the snapshot knows of a VM that a range file asks for. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'guest'; readonly guest: GuestSeen }
  /** A guest that may become it has no name yet, so neither taking nor creating is safe. */
  | { readonly kind: 'unclear'; readonly guest: GuestSeen; readonly message: string }
  | { readonly kind: 'conflict'; readonly finding: Finding }

/**
 * Finds a range's VM: it is its pool and its name, on whatever node and VMID, whoever made it. The VMID that spells
 * its address finds it as well while Proxmox has no name for it yet (up to 10 s after creation, or while cloning).
 * A guest of that VMID or name that is not the range's is a conflict, never a VM to take.
 *
 * @param spelled the VMIDs that spell the addresses of all VMs of the range: a nameless guest of one of them is that VM
 */
export function findGuest(
  rangeId: string,
  name: string,
  vmid: number,
  spelled: ReadonlySet<number>,
  { guests }: Pick<ClusterSnapshot, 'guests'>,
): Found {
  const inPool = guests.filter((guest) => guest.kind === 'qemu' && !guest.template && guest.pool === rangeId)
  const named = inPool.filter((guest) => guest.name === name)
  if (named.length > 1) {
    return conflict(
      'DuplicateName',
      `vm ${name}: pool ${rangeId} has ${named.length} VMs of that name (VMIDs ${named
        .map((guest) => guest.vmid)
        .sort((a, b) => a - b)
        .join(', ')}); rename or remove all but one`,
    )
  }
  if (named[0] !== undefined) return { kind: 'guest', guest: named[0] }

  const holder = guests.find((guest) => guest.vmid === vmid)
  if (holder !== undefined) return holderOf(holder, rangeId, name)

  const stranger = lowest(guests, (guest) => guest.kind === 'qemu' && !guest.template && guest.name === name)
  if (stranger !== undefined) {
    return conflict(
      'NameTaken',
      `vm ${name}: VM ${stranger.vmid} on ${stranger.node} has that name and is ${poolText(stranger.pool)}, not in pool ${rangeId}; rename one of them, or move the VM into pool ${rangeId} if it is the range's`,
    )
  }
  const nameless = lowest(inPool, (guest) => guest.name === undefined && !spelled.has(guest.vmid))
  return nameless === undefined ? { kind: 'absent' } : unclear(nameless)
}

function holderOf(holder: GuestSeen, rangeId: string, name: string): Found {
  const { kind, lock, node, pool, vmid } = holder
  if (kind === 'qemu' && !holder.template && holder.name === undefined) {
    if (pool === rangeId) return { kind: 'guest', guest: holder }
    // Pool and name come at the end of a clone; until then only the VMID tells, which nobody else has a reason to use.
    if (pool === undefined) return lock === 'clone' ? { kind: 'guest', guest: holder } : unclear(holder)
  }
  const remedy =
    holder.name === name && kind === 'qemu' && !holder.template
      ? `move it into pool ${rangeId} if it is the range's, or rename it and give it another VMID`
      : 'move that guest to another VMID or set lanista.vmid_base'
  return conflict(
    'VmidTaken',
    `vm ${name}: its VMID ${vmid} belongs to ${holder.name ?? 'a nameless guest'} on ${node}, ${poolText(pool)}; ${remedy}`,
  )
}

/** Of several, the one with the lowest VMID, so that the order of guests doesn't matter. */
const lowest = (guests: readonly GuestSeen[], isMeant: (guest: GuestSeen) => boolean): GuestSeen | undefined =>
  guests
    .filter(isMeant)
    .reduce<GuestSeen | undefined>((a, b) => (a !== undefined && a.vmid < b.vmid ? a : b), undefined)

const unclear = (guest: GuestSeen): Found => ({
  kind: 'unclear',
  guest,
  message: `VM ${guest.vmid} on ${guest.node}, ${poolText(guest.pool)}, has no name yet; waiting until Proxmox tells it`,
})

const poolText = (pool: string | undefined): string => (pool === undefined ? 'in no pool' : `in pool ${pool}`)
const conflict = (reason: string, message: string): Found => ({ kind: 'conflict', finding: { reason, message } })
