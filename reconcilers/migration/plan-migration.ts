import type { Finding } from '../../model/condition.ts'
import { bridgeName, NAT_VNET, vnetName } from '../../model/identity.ts'
import type { GuestNics } from '../../model/guest-nics.ts'
import type { MigrationPlan, PoolMove } from '../../model/plan/migration-plan.ts'
import type { VnetWant } from '../../model/plan/network-plan.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { isReservedRangeId } from '../../model/range-id.ts'
import { zoneObstacleOf } from '../../model/zone-finding.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { sdnHidden } from '../not-visible.ts'
import { planVnets } from '../vnet/plan-vnets.ts'
import { natWantOf, vnetWantsOf } from '../vnet/vnet-wants.ts'
import { checkZones } from '../zone/check-zones.ts'
import { moveOf, type NewNetworks, whyVmStays } from './move-vm.ts'
import { newNetworksOf } from './new-networks.ts'
import { grantsOn, networksOf } from './networks-in-use.ts'
import { inOrderOfMove } from './order-of-move.ts'
import { repairNeed } from '../vnet/repair-need.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { type MigrationScope, numbersOf, poolsToMove } from './pools-to-move.ts'
import { runAgain } from './run-again.ts'
import { leftBehind, snapshotRemarks } from './stays-behind.ts'

export type MigrationSettings = Pick<PlanSettings, 'zone' | 'vxlanTagBase' | 'natBridge' | 'applyForeign'>

/**
 * How an installation moves from bridges to VNets, or what is in the way: for all of it, or pool by pool. Pure, and the same whatever
 * the order of anything. What has moved already is not in it, so that a plan of a moved installation is empty.
 */
export function planMigration(seen: MigrationSeen, scope: MigrationScope, settings: MigrationSettings): MigrationPlan {
  const { snapshot } = seen
  const zones = checkZones(snapshot, settings.zone)
  const networks = newNetworksOf(snapshot, settings)
  const judged = [...poolsToMove(seen.guests, scope, settings.natBridge)].map(([pool, guests]) =>
    judgePool(pool, guests, seen, networks, zones.unreached),
  )
  const wantsOf = ({ pool, number }: PoolMove): readonly VnetWant[] =>
    number === undefined
      ? [natWantOf({ ...settings, tagged: zones.tagged })]
      : vnetWantsOf(pool, number, seen.files.get(pool) === number, { ...settings, tagged: zones.tagged })
  const movable = judged.filter(({ vms, obstacles }) => vms.length > 0 && obstacles.length === 0)
  const vnets = movable.flatMap(wantsOf)
  const { actions, findings } = planVnets({ wants: vnets, removals: [] }, snapshot, settings)
  const pools = judged.map((pool): PoolMove => {
    const finding = pool.number === undefined ? undefined : findings.get(vnetName(pool.number))
    return finding === undefined ? pool : { ...pool, obstacles: [...pool.obstacles, forOneRun(finding)] }
  })
  const going = pools.filter(({ vms, obstacles }) => vms.length > 0 && obstacles.length === 0)
  const nat = findings.get(NAT_VNET.name)
  return {
    zone: settings.zone,
    wants: { kind: 'vnets', vnets: going.flatMap(wantsOf), removals: [] },
    networks: actions,
    grants: grantsOn(networksOf(going, seen, scope, settings), settings, snapshot),
    pools,
    obstacles: [
      zoneObstacleOf(zones.findings) ?? [],
      snapshot.quorate ? [] : NO_QUORUM,
      sdnHidden('the move', 'so nothing is moved', snapshot) ?? [],
      nat ?? [],
    ]
      .flat()
      .map(forOneRun),
    remarks: [
      ...zones.findings.map(({ message }) => message),
      ...repairNeed(snapshot, zones, settings).lacking.map(
        ({ node, message }) => `node ${node} ${message}; lanista migrate run applies again before a NIC moves there`,
      ),
      ...leftBehind(seen, scope, settings.natBridge),
    ],
  }
}

function judgePool(
  pool: string,
  guests: readonly GuestNics[],
  seen: MigrationSeen,
  networks: NewNetworks,
  unreached: ReadonlyMap<string, string>,
): PoolMove {
  const machines = guests.filter(({ guest }) => guest.kind === 'qemu')
  const moves = machines.flatMap((each) => {
    const move = moveOf(each, networks)
    return move === undefined ? [] : [{ each, move }]
  })
  const numbers = [...new Set(machines.flatMap((each) => numbersOf(each, networks.natBridge)))].sort((a, b) => a - b)
  const [number] = numbers
  const inTheWay = (message: string): Finding => ({ reason: 'MoveBlocked', message: `${subjectOf(pool)}: ${message}` })
  const obstacles = [
    ...(numbers.length < 2
      ? []
      : [inTheWay(`its VMs are on several range bridges (${numbers.map(bridgeName).join(', ')}); put them on one`)]),
    ...numbers.flatMap((each) =>
      othersOn(each, pool, seen.guests, networks.natBridge).map((message) => inTheWay(message)),
    ),
    ...(number === undefined ? [] : numberObstacle(pool, number, seen.files)).map((message) => inTheWay(message)),
    ...seen.unread
      .filter(({ guest }) => guest.pool === pool)
      .map(({ guest, why }) => inTheWay(`VM ${guest.vmid} on ${guest.node} can't be read: ${why}`)),
    ...moves.flatMap(({ each, move }) => [
      ...whyVmStays(each, move, networks).map((why) => inTheWay(`vm ${move.name}: ${why}`)),
      ...(unreached.has(move.node)
        ? [inTheWay(`vm ${move.name}: its node ${move.node} ${unreached.get(move.node) ?? ''}`)]
        : []),
    ]),
  ]
  const vms = inOrderOfMove(moves.map(({ move }) => move).sort((a, b) => a.vmid - b.vmid))
  const remarks = [
    ...snapshotRemarks(machines, networks.natBridge),
    ...(number !== undefined && !seen.files.has(pool)
      ? [`range ${pool}: no range file tells of it; its networks get the number ${number} of its bridge`]
      : []),
  ]
  return { pool, number, vms, obstacles, remarks }
}

const forOneRun = (finding: Finding): Finding => ({ ...finding, message: runAgain(finding.message) })

const subjectOf = (pool: string): string => (isReservedRangeId(pool) ? `pool ${pool}` : `range ${pool}`)

/** Two ranges on one bridge can't both have its VNet. */
function othersOn(number: number, pool: string, guests: readonly GuestNics[], natBridge: string): readonly string[] {
  const others = new Set(
    guests.flatMap((each) =>
      each.guest.pool !== undefined &&
      each.guest.pool !== pool &&
      !isReservedRangeId(each.guest.pool) &&
      numbersOf(each, natBridge).includes(number)
        ? [each.guest.pool]
        : [],
    ),
  )
  return others.size === 0
    ? []
    : [`VMs of ${[...others].sort().join(', ')} are on its bridge ${bridgeName(number)} as well; put them elsewhere`]
}

function numberObstacle(pool: string, number: number, files: MigrationSeen['files']): readonly string[] {
  const asked = files.get(pool)
  return asked === undefined || asked === number
    ? []
    : [`its file says range_number ${asked}, and its VMs are on ${bridgeName(number)}; say ${number} there`]
}
