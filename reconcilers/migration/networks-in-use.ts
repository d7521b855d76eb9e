import { bridgeName, NAT_VNET, rangeNumberOfVnet } from '../../model/identity.ts'
import type { PoolMove } from '../../model/plan/migration-plan.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { NetworkRight } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { bridgeOf } from './old-networks.ts'
import { grantsFor } from './plan-grants.ts'
import { isInScope, type MigrationScope } from './pools-to-move.ts'

/**
 * VNet -> the bridge that it takes the place of: of all NICs that are to move, and of those that have moved by now. A right that could
 * not be given when NICs moved is lacking until it is.
 */
export function networksOf(
  going: readonly PoolMove[],
  { guests }: Pick<MigrationSeen, 'guests'>,
  scope: MigrationScope,
  { natBridge }: Pick<PlanSettings, 'natBridge'>,
): ReadonlyMap<string, string> {
  const moving = going.flatMap(({ vms }) => vms.flatMap(({ nics }) => nics.map(({ from, to }) => [to, from] as const)))
  const moved = guests
    .filter(({ guest: { kind, pool } }) => kind === 'qemu' && pool !== undefined && isInScope(pool, scope))
    .flatMap(({ nics }) => Object.values(nics).map((nic) => bridgeOf(nic) ?? ''))
    .flatMap((vnet): (readonly [string, string])[] => {
      if (vnet === NAT_VNET.name) return [[vnet, natBridge]]
      const number = rangeNumberOfVnet(vnet)
      return number === undefined ? [] : [[vnet, bridgeName(number)]]
    })
  return new Map([...moving, ...moved].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What lets everybody use these VNets who can use the bridges whose place they take. */
export const grantsOn = (
  networks: ReadonlyMap<string, string>,
  { zone }: Pick<PlanSettings, 'zone'>,
  { acl, vnets }: Pick<ClusterSnapshot, 'acl' | 'vnets'>,
): readonly NetworkRight[] =>
  [...networks].flatMap(([vnet, bridge]) => {
    // The NAT VNet may be in a zone of its own.
    const seen = vnets.find(({ name }) => name === vnet)
    return grantsFor(bridge, vnet, (seen?.running ?? seen?.configured)?.zone ?? zone, acl)
  })
