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
 */
export function findGuest(
  rangeId: string,
  name: string,
  vmid: number,
  { guests }: Pick<ClusterSnapshot, 'guests'>,
): Found {
  const inPool = guests.filter((guest) => guest.kind === 'qemu' && !guest.template && guest.pool === rangeId)
  const named = inPool.filter((guest) => guest.name === name)
  if (named.length > 1) {
    return conflict(
      'DuplicateName',
      `vm ${name}: pool ${rangeId} has ${named.length} VMs of that name (VMIDs ${named.map((guest) => guest.vmid).join(', ')}); rename or remove all but one`,
    )
  }
  if (named[0] !== undefined) return { kind: 'guest', guest: named[0] }

  const holder = guests.find((guest) => guest.vmid === vmid)
  if (holder !== undefined) return holderOf(holder, rangeId, name)

  const stranger = guests.find((guest) => guest.kind === 'qemu' && !guest.template && guest.name === name)
  if (stranger !== undefined) {
    const where = stranger.pool === undefined ? 'in no pool' : `in pool ${stranger.pool}`
    return conflict(
      'NameTaken',
      `vm ${name}: VM ${stranger.vmid} on ${stranger.node} has that name and is ${where}, not in pool ${rangeId}; rename one of them, or move the VM into pool ${rangeId} if it is the range's`,
    )
  }
  const nameless = inPool.find((guest) => guest.name === undefined)
  if (nameless !== undefined) {
    return {
      kind: 'unclear',
      guest: nameless,
      message: `VM ${nameless.vmid} in pool ${rangeId} on ${nameless.node} has no name yet; waiting until Proxmox tells it`,
    }
  }
  return { kind: 'absent' }
}

function holderOf(holder: GuestSeen, rangeId: string, name: string): Found {
  const inPool = holder.pool === rangeId
  if (holder.kind === 'qemu' && inPool && holder.name === undefined) return { kind: 'guest', guest: holder }
  // Pool and name come at the end of a clone; until then only the VMID, which nobody else has a reason to use.
  if (holder.kind === 'qemu' && holder.pool === undefined && holder.name === undefined)
    return { kind: 'guest', guest: holder }
  const who = `${holder.name ?? 'a nameless guest'} on ${holder.node}${holder.pool === undefined ? '' : ` in pool ${holder.pool}`}`
  return conflict(
    'VmidTaken',
    `vm ${name}: its VMID ${holder.vmid} belongs to ${who}; move that guest to another VMID or set lanista.vmid_base`,
  )
}

const conflict = (reason: string, message: string): Found => ({ kind: 'conflict', finding: { reason, message } })
