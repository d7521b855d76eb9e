import type { Finding } from '../../model/condition.ts'
import { ownerMark, rangeNumberOfVnet } from '../../model/identity.ts'
import type { VnetRemoval } from '../../model/plan.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/** What becomes of a range whose file says `state: absent`. */
export type RemovalPlan =
  /** Nothing of it is left. */
  | { readonly kind: 'gone' }
  /** Its VMs come first. */
  | { readonly kind: 'waits'; readonly finding: Finding }
  /** Its networks can go, unless a guest has a NIC on one. */
  | { readonly kind: 'removable'; readonly number: number | undefined; readonly vnets: readonly VnetRemoval[] }

/** So many VMs are named; more a person does not read. */
const NAMES_SHOWN = 5

/**
 * Plans the removal of a range's networks: those that carry its mark, and not before the last guest has left its pool.
 * The NAT VNet is everybody's and stays.
 */
export function planRemoval(rangeId: string, { vnets, guests }: ClusterSnapshot): RemovalPlan {
  const left = guests.filter(({ pool }) => pool === rangeId).sort((a, b) => a.vmid - b.vmid)
  if (left.length > 0) {
    const names = left.slice(0, NAMES_SHOWN).map(({ name, vmid }) => `${printable(name ?? 'nameless')} (VMID ${vmid})`)
    const more = left.length > NAMES_SHOWN ? ` and ${left.length - NAMES_SHOWN} more` : ''
    const message = `range ${rangeId}: it is to go (state: absent), and its pool still has ${names.join(', ')}${more}; stop and delete them in Proxmox, then its network goes by itself`
    return { kind: 'waits', finding: { reason: 'RemovalWaits', message } }
  }
  const alias = ownerMark(rangeId)
  const marked = vnets.filter(({ configured, running }) => (configured ?? running)?.alias === alias)
  if (marked.length === 0) return { kind: 'gone' }
  const reason = `the file of range ${rangeId} says state: absent, and none of its VMs is left`
  return {
    kind: 'removable',
    number: marked.map(({ name }) => rangeNumberOfVnet(name)).find((number) => number !== undefined),
    vnets: marked.map(({ name }) => ({ name, alias, reason })),
  }
}

/** Why a network stays: guests, whoever's, have NICs on it. Proxmox itself would delete it without a word. */
export function networkInUse(
  vnet: string,
  nics: readonly { readonly vmid: number; readonly name: string | undefined; readonly nic: string }[],
): Finding {
  const shown = nics
    .slice(0, NAMES_SHOWN)
    .map(({ vmid, name, nic }) => `${nic} of ${printable(name ?? 'a nameless guest')} (VMID ${vmid})`)
  const more = nics.length > NAMES_SHOWN ? ` and ${nics.length - NAMES_SHOWN} more` : ''
  const message = `vnet ${vnet}: it is to go, and ${shown.join(', ')}${more} is on it; put these NICs on another network or delete the guests, then it goes by itself`
  return { reason: 'NetworkInUse', message }
}
