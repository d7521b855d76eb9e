import { rangeNumberOfBridge } from '../../model/identity.ts'
import type { GuestNics } from '../../model/guest-nics.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import { isReservedRangeId } from '../../model/range-id.ts'
import { openNics } from './journal-of-plan.ts'
import { bridgeOf } from './old-networks.ts'

/** Which ranges and pools are to move, as a person asks for it. */
export interface MigrationScope {
  /** Empty: all ranges, and Ludus' own pools. */
  readonly ranges: readonly string[]
  /** Pools that are no range's, besides Ludus' own. */
  readonly pools: readonly string[]
}

/** Ludus' own pools, whose machines are on the NAT network: its services, and the templates. */
const LUDUS_POOLS: ReadonlySet<string> = new Set(['ADMIN', 'SHARED'])

/**
 * A scope with what an earlier run has begun: that belongs to it, whatever was asked for then, unless ranges are named. Nothing may
 * move that is not planned, as only what is planned gets its networks.
 */
export const scopeWithBegun = (
  { ranges, pools }: MigrationScope,
  journal: MigrationJournal | undefined,
): MigrationScope => ({
  ranges,
  pools: ranges.length > 0 ? pools : [...new Set([...pools, ...begunPools(journal)])],
})

/** Pools that an earlier run has begun, and that are outside of a scope. */
export const begunOutside = (
  { ranges, pools }: MigrationScope,
  journal: MigrationJournal | undefined,
): readonly string[] =>
  ranges.length === 0 ? [] : begunPools(journal).filter((pool) => !ranges.includes(pool) && !pools.includes(pool))

/** Pools of a scope of which all NICs have moved, and none is open. */
export function movedPools(
  { ranges, pools }: MigrationScope,
  journal: MigrationJournal | undefined,
): readonly string[] {
  const open = new Set(begunPools(journal))
  const all = new Set((journal?.nics ?? []).map(({ pool }) => pool))
  return [...all].filter(
    (pool) => !open.has(pool) && (ranges.length === 0 || ranges.includes(pool) || pools.includes(pool)),
  )
}

const begunPools = (journal: MigrationJournal | undefined): readonly string[] =>
  journal === undefined ? [] : [...new Set(openNics(journal).map(({ pool }) => pool))]

/** The numbers of the range bridges that a guest's NICs are on. @param natBridge which is none, whatever its name */
export const numbersOf = ({ nics }: GuestNics, natBridge: string): readonly number[] => [
  ...new Set(
    Object.values(nics).flatMap((nic) => {
      const bridge = bridgeOf(nic) ?? ''
      return bridge === natBridge ? [] : (rangeNumberOfBridge(bridge) ?? [])
    }),
  ),
]

/** Whether a pool is to move, if it is a range's or one of Ludus' own, as a person asks for it. */
export function isInScope(pool: string, { ranges, pools }: MigrationScope): boolean {
  if (pools.includes(pool)) return true
  if (isReservedRangeId(pool)) return ranges.length === 0 && LUDUS_POOLS.has(pool)
  return ranges.length === 0 || ranges.includes(pool)
}

/** Pool -> its guests, of all pools that are to move, in order of name. A pool with a VM on a range's bridge is a range's. */
export function poolsToMove(
  guests: readonly GuestNics[],
  { ranges, pools }: MigrationScope,
  natBridge: string,
): ReadonlyMap<string, readonly GuestNics[]> {
  const byPool = new Map<string, GuestNics[]>()
  for (const each of guests)
    if (each.guest.pool !== undefined) byPool.set(each.guest.pool, [...(byPool.get(each.guest.pool) ?? []), each])
  const isAsked = (pool: string): boolean => {
    if (pools.includes(pool) || isReservedRangeId(pool)) return isInScope(pool, { ranges, pools })
    const isRange = (byPool.get(pool) ?? []).some(
      (each) => each.guest.kind === 'qemu' && numbersOf(each, natBridge).length > 0,
    )
    return isRange && isInScope(pool, { ranges, pools })
  }
  return new Map([...byPool].filter(([pool]) => isAsked(pool)).sort(([a], [b]) => (a < b ? -1 : 1)))
}
