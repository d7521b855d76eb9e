import type { RangeStatus } from '../../model/range-status.ts'
import type { NumbersInUse } from '../../reconcilers/route/plan-routes.ts'

/**
 * The range numbers that are somebody's, for all that is known: of ranges that have a file, or once had one, and of
 * networks that Proxmox shows. A file without a valid status yet, or a range whose number isn't known, leaves a gap.
 *
 * @param rangeIds of all range files in the folder
 * @param seen numbers of the networks on Proxmox; undefined when it has not been looked at
 */
export function numbersInUse(
  rangeIds: readonly string[],
  statuses: readonly RangeStatus[],
  seen: ReadonlySet<number> | undefined,
): NumbersInUse {
  const byId = new Map(statuses.map((status) => [status.id, status]))
  const isKnown = (id: string): boolean => {
    const status = byId.get(id)
    const valid = status?.conditions.some(({ type, status: holds }) => type === 'SpecValid' && holds === 'True')
    const gone = status?.conditions.some(({ reason }) => reason === 'Absent')
    return valid === true && (gone === true || status?.number !== undefined)
  }
  if (seen === undefined || !rangeIds.every(isKnown)) return { kind: 'partly-known' }
  return { kind: 'known', numbers: new Set([...seen, ...statuses.flatMap(({ number }) => number ?? [])]) }
}
