import { isConfiguredFor } from '../../model/identity.ts'

/**
 * What a VM's marks say of where it comes from:
 *
 * - `configured`: Lanista has configured it for this range, as its tags say. Only such a VM is corrected, shut down because
 *   the file says so where it had the tags before, or deleted.
 * - `unconfigured`: it has the VMID that spells its address, which nobody but Lanista gives, and not the tags: a clone that
 *   was made and not configured yet.
 * - `foreign`: another VMID and not the tags: Ludus made it, or a person.
 */
export type Marks = 'configured' | 'unconfigured' | 'foreign'

/**
 * The one place that reads them.
 *
 * @param isSpelled whether its VMID is the one that spells its address in this range
 */
export function marksOf({ tags }: { readonly tags: readonly string[] }, rangeId: string, isSpelled: boolean): Marks {
  if (isConfiguredFor(rangeId, tags)) return 'configured'
  return isSpelled ? 'unconfigured' : 'foreign'
}
