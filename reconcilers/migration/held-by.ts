import { lockRemedy } from '../vm-lock.ts'

/** That Proxmox holds a VM locked, and what to do about it, as the end of a sentence. @param it what the sentence calls the VM */
export const heldBy = (lock: string, vm: { readonly vmid: number; readonly node: string }, it: string): string =>
  `Proxmox holds ${it} locked (${lock}); ${lockRemedy(lock, vm)}`
