import { NAT_VNET } from '../../model/identity.ts'
import type { JournalNic } from '../../model/migration-journal.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'

/** A VM of which the journal has NICs. */
export interface MovedVm {
  readonly pool: string
  readonly vmid: number
  readonly name: string
  readonly nics: readonly JournalNic[]
}

/** NICs VM by VM, in the order in which the VMs come. */
export function vmsOf(nics: readonly JournalNic[]): readonly MovedVm[] {
  const vms = new Map<number, MovedVm>()
  for (const nic of nics) {
    const { pool, vmid, name } = nic
    vms.set(vmid, { pool, vmid, name, nics: [...(vms.get(vmid)?.nics ?? []), nic] })
  }
  return [...vms.values()]
}

/** Whether a NIC is for the NAT network. */
export const isOnNat = ({ after }: JournalNic): boolean => bridgeOf(after) === NAT_VNET.name

/** One between the NAT network and another. */
export const isRouter = ({ nics }: Pick<MovedVm, 'nics'>): boolean =>
  nics.some(isOnNat) && nics.some((nic) => !isOnNat(nic))
