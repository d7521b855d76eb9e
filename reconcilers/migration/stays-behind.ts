import type { GuestNics } from '../../model/guest-nics.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import { bridgeOf, vnetFor } from './old-networks.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { type MigrationScope, poolsToMove } from './pools-to-move.ts'

/** What of the installation stays on the old networks, each with what to do about it: until then the bridges are in use. */
export function leftBehind(
  { guests, unread }: Pick<MigrationSeen, 'guests' | 'unread'>,
  scope: MigrationScope,
  natBridge: string,
): readonly string[] {
  const moving = new Set([...poolsToMove(guests, scope, natBridge).values()].flat())
  const remarks = guests.flatMap((each) => {
    const nics = Object.entries(each.nics).filter(([, nic]) => vnetFor(bridgeOf(nic), natBridge) !== undefined)
    if (nics.length === 0 || (moving.has(each) && each.guest.kind === 'qemu')) return []
    const on = nics.map(([key, nic]) => `${key} on ${bridgeOf(nic) ?? ''}`).join(', ')
    return [`${shownGuest(each.guest)} has ${on} and stays there; ${remedyFor(each.guest)}`]
  })
  return [
    ...remarks,
    ...unread.map(({ guest, why }) => `${shownGuest(guest)} can't be read: ${why}; it may have NICs there`),
  ].sort()
}

function remedyFor({ kind, vmid, pool }: GuestSeen): string {
  if (kind === 'lxc') return `a container is for a person to move: pct set ${vmid} --net0 ...`
  return pool === undefined
    ? 'it is in no pool; move its NIC yourself, or put it into a pool and name that with --pool'
    : `it is in pool ${pool}, which is not moved; move its NIC yourself, or name the pool with --pool or --range`
}

/** Snapshots that would bring an old network back. */
export const snapshotRemarks = (guests: readonly GuestNics[], natBridge: string): readonly string[] =>
  guests.flatMap(({ guest, snapshots }) =>
    Object.entries(snapshots).flatMap(([name, nics]) => {
      const old = Object.entries(nics).filter(([, nic]) => vnetFor(bridgeOf(nic), natBridge) !== undefined)
      if (old.length === 0) return []
      const on = old.map(([key, nic]) => `${key} on ${bridgeOf(nic) ?? ''}`).join(', ')
      return [`${shownGuest(guest)}: its snapshot ${name} has ${on}, and a rollback to it brings that back`]
    }),
  )

const shownGuest = ({ kind, vmid, name, node }: GuestSeen): string =>
  `${kind === 'lxc' ? 'container' : 'VM'} ${vmid}${name === undefined ? '' : ` (${name})`} on ${node}`
