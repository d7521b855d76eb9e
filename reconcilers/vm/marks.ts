import { isConfiguredFor, OWNER_TAG, rangeTag } from '../../model/identity.ts'
import type { MachineRead } from '../../model/machine-ports.ts'
import { makingOf } from '../../model/vm-notes.ts'

/**
 * What a VM's marks say of where it comes from:
 *
 * - `configured`: Lanista has configured it for this range. Only such a VM is corrected, shut down because the file says so
 *   where it was marked before, or deleted.
 * - `unconfigured`: a clone that was made and not configured yet. Its notes say so, whatever the file says by now; or it has
 *   the VMID that spells its address, which nobody but Lanista gives, and no marks.
 * - `foreign`: Ludus made it, or a person.
 */
export type Marks = 'configured' | 'unconfigured' | 'foreign'

/** What marks are read from: a look at the cluster tells no configuration, and then the tags have to do. */
export type Marked = Pick<MachineRead, 'vmid' | 'tags'> & Partial<Pick<MachineRead, 'config'>>

/**
 * The one place that reads them. Tags are inherited: a clone of a range's VM has them, and so has one of a template that was
 * made from it. What the notes say names the VM that they were written for, and counts for no other. Notes that a person wrote
 * say nothing, as do those of VMs that were made before Lanista wrote any; then the tags alone decide.
 *
 * @param isSpelled whether its VMID is the one that spells its address in this range
 */
export function marksOf(seen: Marked, rangeId: string, isSpelled: boolean): Marks {
  const making = makingOf(seen.config?.['description'])
  const isAbout = making?.vmid === seen.vmid && making.range === rangeId
  if (isAbout && !making.configured) return 'unconfigured'
  if (isConfiguredFor(rangeId, seen.tags) && (making === undefined || isAbout)) return 'configured'
  return isSpelled ? 'unconfigured' : 'foreign'
}

/** What keeps a VM from counting as configured by Lanista for this range. */
interface MarksLacking {
  /** Such as `lacks the tags lanista and jd`. */
  readonly finding: string
  /** How a person makes it count, such as `add them (qm set 105 --tags 'lanista;jd')`. */
  readonly remedy: string
}

/** For a VM whose marks don't say that it was configured for the range: what they say, and how a person says otherwise. */
export function marksLacking(seen: Marked, rangeId: string): MarksLacking {
  const { vmid, tags } = seen
  const wanted = [OWNER_TAG, rangeTag(rangeId)]
  const add = `add them (qm set ${vmid} --tags '${[...new Set([...tags, ...wanted])].join(';')}')`
  const lacks = `lacks the tags ${wanted.join(' and ')}`
  const making = makingOf(seen.config?.['description'])
  if (making === undefined) return { finding: lacks, remedy: add }
  const isAbout = making.vmid === vmid && making.range === rangeId
  if (isAbout && making.configured) return { finding: lacks, remedy: add }
  const says = isAbout
    ? 'was never configured, as its notes say'
    : `has the notes of VM ${making.vmid} of range ${making.range}, as a copy has`
  const clear = 'take "lanista" out of its notes'
  return isConfiguredFor(rangeId, tags)
    ? { finding: says, remedy: clear }
    : { finding: `${says}, and ${lacks}`, remedy: `${clear} and ${add.replace('them', 'the tags')}` }
}
