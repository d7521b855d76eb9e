import type { Finding } from '../../model/condition.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'

/** What the snapshot knows of a VM that a range file asks for. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'guest'; readonly guest: GuestSeen }
  /** A guest that may become it has no name yet, so neither taking nor creating is safe. */
  | { readonly kind: 'unclear'; readonly guest: GuestSeen; readonly message: string }
  /** A guest that nobody calls anything has its VMID: what an interrupted clone left, or a person's. */
  | { readonly kind: 'leftover'; readonly guest: GuestSeen }
  | { readonly kind: 'conflict'; readonly finding: Finding }

/** The guests of a snapshot, gone over once for all ranges. */
export interface GuestIndex {
  readonly byVmid: ReadonlyMap<number, GuestSeen>
  /** Virtual machines by name, templates left out, each list in order of VMID. */
  readonly byName: ReadonlyMap<string, readonly GuestSeen[]>
  /** Virtual machines without a name by pool, in order of VMID. */
  readonly namelessByPool: ReadonlyMap<string, readonly GuestSeen[]>
}

/** The guests as one range's VMs are looked for among them. */
export interface RangeGuests {
  readonly rangeId: string
  readonly index: GuestIndex
  /** The nameless VM in the range's pool with the lowest VMID that spells no address of the range. */
  readonly nameless: GuestSeen | undefined
}

/** Goes over the guests once for all VMs of all ranges. */
export function indexGuests({ guests }: Pick<ClusterSnapshot, 'guests'>): GuestIndex {
  const byName = new Map<string, GuestSeen[]>()
  const namelessByPool = new Map<string, GuestSeen[]>()
  // In order of VMID, so that the order of the snapshot's guests doesn't matter.
  for (const guest of [...guests].sort((a, b) => a.vmid - b.vmid)) {
    const { kind, template, pool } = guest
    if (kind !== 'qemu' || template) continue
    const name = nameOf(guest)
    if (name !== undefined) push(byName, name, guest)
    else if (pool !== undefined) push(namelessByPool, pool, guest)
  }
  return { byVmid: new Map(guests.map((guest) => [guest.vmid, guest])), byName, namelessByPool }
}

/** @param spelled the VMIDs that spell the addresses of all VMs of the range: a nameless guest of one of them is that VM */
export const guestsOfRange = (rangeId: string, spelled: ReadonlySet<number>, index: GuestIndex): RangeGuests => ({
  rangeId,
  index,
  nameless: index.namelessByPool.get(rangeId)?.find(({ vmid }) => !spelled.has(vmid)),
})

/**
 * A guest's name; undefined while it may have one that is not told yet. A guest that is being cloned is told as `VM <vmid>`, for
 * up to 10 s longer than that takes; one that runs was not being cloned.
 */
const nameOf = ({ vmid, name, status }: GuestSeen): string | undefined =>
  name === `VM ${vmid}` && status !== 'running' ? undefined : name

function push(lists: Map<string, GuestSeen[]>, key: string, guest: GuestSeen): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [guest])
  else list.push(guest)
}

/**
 * Finds a range's VM: it is its pool and one of its names, on whatever node and VMID, whoever made it. The VMID that spells
 * its address finds it as well while Proxmox has no name for it yet (up to 10 s after creation, or while cloning).
 * A guest of that VMID or name that is not the range's is a conflict, never a VM to take.
 */
export function findGuest(
  vm: Pick<VmSpec, 'name' | 'otherNames'>,
  vmid: number,
  { rangeId, index, nameless }: RangeGuests,
): Found {
  const { byVmid, byName } = index
  const { name } = vm
  const names = [name, ...vm.otherNames]
  const namesakes = names.flatMap((each) => byName.get(each) ?? [])
  const named = namesakes.filter(({ pool }) => pool === rangeId)
  if (named.length > 1) {
    const called = new Set(named.map((guest) => guest.name)).size > 1 ? 'that are it by their names' : 'of that name'
    return conflict(
      'DuplicateName',
      `vm ${name}: pool ${rangeId} has ${named.length} VMs ${called} (VMIDs ${named
        .map((guest) => guest.vmid)
        .join(', ')}); rename or remove all but one`,
    )
  }
  if (named[0] !== undefined) return { kind: 'guest', guest: named[0] }

  const holder = byVmid.get(vmid)
  if (holder !== undefined) return holderOf(holder, rangeId, names)

  const [stranger] = namesakes
  if (stranger !== undefined) {
    const [has, rename] =
      stranger.name === name
        ? ['has that name', 'rename one of them']
        : [`would be it by its name ${stranger.name}`, 'rename it']
    return conflict(
      'NameTaken',
      `vm ${name}: VM ${stranger.vmid} on ${stranger.node} ${has} and is ${poolText(stranger.pool)}, not in pool ${rangeId}; ${rename}, or move the VM into pool ${rangeId} if it is the range's`,
    )
  }
  return nameless === undefined ? { kind: 'absent' } : unclear(nameless)
}

function holderOf(holder: GuestSeen, rangeId: string, names: readonly string[]): Found {
  const { kind, lock, node, pool, vmid } = holder
  const [name = ''] = names
  const known = nameOf(holder)
  if (kind === 'qemu' && !holder.template && (known === undefined || (names.includes(known) && lock === 'clone'))) {
    if (pool === rangeId) return { kind: 'guest', guest: holder }
    // The pool comes at the end of a clone, and the name late; until then only the VMID tells, which nobody else has a reason
    // to use.
    if (pool === undefined && lock === 'clone') return { kind: 'guest', guest: holder }
    if (pool === undefined) return holder.name === undefined ? unclear(holder) : { kind: 'leftover', guest: holder }
  }
  return conflict(
    'VmidTaken',
    `vm ${name}: its VMID ${vmid} belongs to ${holder.name ?? 'a nameless guest'} on ${node}, ${poolText(pool)}; ${holderRemedy(holder, rangeId, names)}`,
  )
}

function holderRemedy(holder: GuestSeen, rangeId: string, names: readonly string[]): string {
  const { kind, template, pool, name: known = '' } = holder
  const [name = ''] = names
  if (kind !== 'qemu' || template) return MOVE_IT
  if (names.includes(known))
    return `move it into pool ${rangeId} if it is the range's, or rename it and give it another VMID`
  return pool === rangeId ? renameRemedy(name, holder) : MOVE_IT
}

/** For a VMID that somebody else's guest has. */
export const MOVE_IT = 'move that guest to another VMID or set lanista.vmid_base'

/** For a VM in the range's pool and in the place of another of its VMs: most likely it is that one, and somebody has renamed it. */
export const renameRemedy = (name: string, { vmid, node }: Pick<GuestSeen, 'vmid' | 'node'>): string =>
  `if it is that VM under another name, rename it back: qm set ${vmid} --name ${name} (on ${node}); otherwise ${MOVE_IT}`

const unclear = (guest: GuestSeen): Found => ({
  kind: 'unclear',
  guest,
  message: `VM ${guest.vmid} on ${guest.node}, ${poolText(guest.pool)}, has no name yet; waiting until Proxmox tells it; give it one if it stays without`,
})

const poolText = (pool: string | undefined): string => (pool === undefined ? 'in no pool' : `in pool ${pool}`)
const conflict = (reason: string, message: string): Found => ({ kind: 'conflict', finding: { reason, message } })
