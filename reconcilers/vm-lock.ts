/** What somebody has to know of each of Proxmox' locks before they take it away. By what works under it. */
const WORK: Readonly<Record<string, string>> = {
  backup: 'a backup',
  create: 'its creation, or a restore',
  migrate: 'a migration',
  rollback: 'going back to a snapshot',
  snapshot: 'taking a snapshot',
  'snapshot-delete': 'deleting a snapshot',
  suspending: 'writing its memory to a disk',
  destroyed: 'its deletion',
}

interface Locked {
  readonly vmid: number
  readonly node: string
}

/**
 * What to do about a VM that Proxmox holds a lock on, as the end of a sentence about it. One that is suspended is started, which
 * takes up its memory; unlocking would throw that away.
 */
export function lockRemedy(lock: string, { vmid, node }: Locked): string {
  if (lock === 'suspended')
    return `its memory is kept on a disk: resume it (qm start ${vmid} on ${node}), as unlocking it would throw its memory away`
  const work = WORK[lock]
  const over = work === undefined ? 'nothing works on it any more' : `${work} is not under way any more`
  return `it ends by itself; if ${over} (Task History of ${node}), a person can unlock it: qm unlock ${vmid} (on ${node})`
}
