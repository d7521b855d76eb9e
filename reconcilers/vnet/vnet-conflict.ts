import type { Finding } from '../../model/condition.ts'
import { NAT_VNET, RANGE_NUMBERS, rangeIdOfMark, rangeNumberOfVnet } from '../../model/identity.ts'
import type { VnetWant } from '../../model/plan/network-plan.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot, GuestSeen, VnetConfig, VnetSeen } from '../../model/snapshot.ts'
import { isMarked, vnetOwner } from '../network-owner.ts'

/** VNets that two ranges of one turn want for themselves: neither gets it, whoever is first. */
export function contestedNames(wants: readonly VnetWant[]): ReadonlyMap<string, Finding> {
  const byName = new Map<string, Set<string>>()
  for (const { name, config } of wants)
    byName.set(name, (byName.get(name) ?? new Set()).add(rangeIdOfMark(config.alias) ?? ''))
  return new Map(
    [...byName].flatMap(([name, ids]): [string, Finding][] => {
      if (ids.size < 2) return []
      const message = `vnet ${name}: the ranges ${[...ids].sort().join(' and ')} want it at the same time; give each its own range_number`
      return [[name, { reason: 'VnetContested', message }]]
    }),
  )
}

/** Why a wanted VNet can't be had: it, or its tag, is somebody else's. Found before anything is written. */
export function conflictOf(want: VnetWant, seen: VnetSeen | undefined, snapshot: ClusterSnapshot): Finding | undefined {
  if (seen?.pending === 'deleted') {
    return {
      reason: 'VnetDeletionPending',
      message: `vnet ${want.name}: somebody's deletion of it is pending; ${undoneRemedy(want.name, seen, snapshot)}`,
    }
  }
  const rehomed = seen === undefined ? undefined : rehomedOf(want, seen, snapshot)
  if (rehomed !== undefined) return rehomed
  const taken = seen !== undefined && want.correctDrift ? takenText(want, seen) : undefined
  return taken === undefined ? tagConflictOf(want, seen, snapshot) : { reason: 'VnetTaken', message: taken }
}

/** Proxmox VE 8 has no rollback: there the VNet is made again as it was, which takes the deletion back. */
function undoneRemedy(name: string, { running }: VnetSeen, { release }: ClusterSnapshot): string {
  if (release >= 9)
    return 'roll it back, with all else that is pending in Datacenter > SDN: pvesh create /cluster/sdn/rollback'
  if (running === undefined) return 'make it again in Datacenter > SDN'
  const { zone, tag, alias, vlanAware } = running
  const options = [
    `--vnet ${name} --zone ${zone}`,
    ...(tag === undefined ? [] : [`--tag ${tag}`]),
    ...(alias === undefined ? [] : [`--alias '${printable(alias).replaceAll("'", '')}'`]),
    ...(vlanAware ? ['--vlanaware 1'] : []),
  ]
  return `take it back: pvesh create /cluster/sdn/vnets ${options.join(' ')}`
}

/** Whose a VNet of this name is, if not the range's. */
function takenText({ name, config, adoptUnmarked }: VnetWant, seen: VnetSeen): string | undefined {
  const owner = vnetOwner(seen)
  if (isMarked(owner, config.alias ?? '')) return undefined
  if (owner.kind === 'unmarked') {
    if (adoptUnmarked) return undefined
    return `vnet ${name}: it exists without an owner mark; if it is this range's, set ludus_extensions.lanista.range_number: ${rangeNumberOfVnet(name)} and it is taken over, otherwise set a free number`
  }
  return `vnet ${name}: it exists and its alias is "${printable(seen.configured?.alias ?? '')}", not "${config.alias}"; set ludus_extensions.lanista.range_number to a free number`
}

/** Proxmox refuses a tag that any configured VNet of a VXLAN or EVPN zone holds; a pending deletion frees it at once. */
function tagConflictOf(want: VnetWant, seen: VnetSeen | undefined, snapshot: ClusterSnapshot): Finding | undefined {
  if (want.config.tag === undefined || (seen !== undefined && !want.correctDrift)) return undefined
  const tagged = taggedVnets(snapshot)
  const holder = tagged.find(({ name, tag }) => name !== want.name && tag === want.config.tag)
  if (holder === undefined) return undefined
  const number = rangeNumberOfVnet(want.name)
  const remedy = number === undefined ? `give ${holder.name} another tag` : baseRemedy(want.config.tag - number, tagged)
  return {
    reason: 'TagTaken',
    message: `vnet ${want.name}: its tag ${want.config.tag} is held by vnet ${holder.name}${ownerText(holder.alias)} in zone ${holder.zone}; ${remedy}`,
  }
}

interface TaggedVnet {
  readonly name: string
  readonly zone: string
  readonly tag: number
  readonly alias: string | undefined
}

function taggedVnets({ vnets, zones }: ClusterSnapshot): readonly TaggedVnet[] {
  const kinds = new Set(zones.filter(({ type }) => type === 'vxlan' || type === 'evpn').map(({ name }) => name))
  return vnets.flatMap(({ name, configured }) =>
    configured?.tag !== undefined && kinds.has(configured.zone)
      ? [{ name, zone: configured.zone, tag: configured.tag, alias: configured.alias }]
      : [],
  )
}

const ownerText = (alias: string | undefined): string => (alias === undefined ? '' : ` ("${printable(alias)}")`)

function baseRemedy(base: number, tagged: readonly TaggedVnet[]): string {
  // Range VNets move along with the base.
  const foreign = tagged.filter(({ name }) => rangeNumberOfVnet(name) === undefined).map(({ tag }) => tag)
  const free = nearestFreeBase(base, foreign)
  return free === undefined
    ? 'choose another range_number'
    : `choose another range_number, or set vxlan_tag_base: ${free}, the nearest at which the tags of all ranges are free`
}

/**
 * The `vxlan_tag_base` nearest to the given one at which no tag of any range number is among the taken ones; the lower
 * of two equally near. Undefined when there is none.
 */
export function nearestFreeBase(base: number, taken: readonly number[]): number | undefined {
  const most = NAT_VNET.tag - RANGE_NUMBERS.last - 1
  const isFree = (candidate: number): boolean =>
    candidate >= 0 &&
    candidate <= most &&
    !taken.some((tag) => tag >= candidate + RANGE_NUMBERS.first && tag <= candidate + RANGE_NUMBERS.last)
  // The nearest free base is the given one, or one just beside a taken tag, or at an end.
  const candidates = [
    base,
    0,
    most,
    ...taken.flatMap((tag) => [tag - RANGE_NUMBERS.last - 1, tag - RANGE_NUMBERS.first + 1]),
  ]
  return candidates
    .filter(isFree)
    .sort((a, b) => Math.abs(a - base) - Math.abs(b - base) || a - b)
    .at(0)
}

/**
 * A network that guests are on is neither moved to another zone nor given another tag: that would cut all of them off from each
 * other at once, by one edit of the configuration. The NAT VNet is never moved at all.
 */
function rehomedOf(
  { name, config, correctDrift }: VnetWant,
  seen: VnetSeen,
  { guests }: ClusterSnapshot,
): Finding | undefined {
  const { running } = seen
  if (!correctDrift || running === undefined || !isRehomed(running, config)) return undefined
  const rangeId = rangeIdOfMark(config.alias)
  const busy = activeVmsOf(rangeId, guests)
  if (busy.length === 0) return undefined
  return {
    reason: 'VnetInUse',
    message: `vnet ${name}: it runs in zone ${running.zone} with tag ${running.tag ?? 'none'}, and should be in ${config.zone} with tag ${config.tag ?? 'none'}, but ${busy.length} VMs of range ${rangeId} run; set sdn_zone and vxlan_tag_base back (or the VNet, if somebody changed it), or shut these VMs down first`,
  }
}

/** Whether a VNet that is in force would be another network with a configuration. */
export const isRehomed = (running: VnetConfig, { zone, tag }: VnetConfig): boolean =>
  running.zone !== zone || running.tag !== tag

/** A range's VMs that a change of its network would strike. */
export const activeVmsOf = (rangeId: string | undefined, guests: readonly GuestSeen[]): readonly GuestSeen[] =>
  guests.filter(
    ({ pool, status, template }) => pool === rangeId && !template && (status === 'running' || status === 'paused'),
  )
