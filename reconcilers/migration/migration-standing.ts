import type { GuestNics } from '../../model/guest-nics.ts'
import type { JournalNic, MigrationJournal } from '../../model/migration-journal.ts'
import type { MigrationStanding, NicStanding } from '../../model/migration-standing.ts'
import { runsWithOldMtu, type Uptime, whyUntoldMtu } from './old-mtu.ts'
import { bridgeOf, isSameText } from './old-networks.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { oldNatBridge } from './old-nat-bridge.ts'
import { isReplugging } from './replug.ts'
import { snapshotRemarks } from './stays-behind.ts'

/** Compares the journal of a move with what there is. @param mtu of the new networks, in bytes; undefined where it is not known */
export function standingOf(
  { nics, natBridge, going = [] }: MigrationJournal,
  { guests, snapshot }: Pick<MigrationSeen, 'guests' | 'snapshot'>,
  mtu: number | undefined,
): MigrationStanding {
  const standing = nics.map((nic): NicStanding => {
    const found = guests.find(({ guest }) => guest.vmid === nic.vmid)
    return {
      pool: nic.pool,
      vmid: nic.vmid,
      name: nic.name,
      key: nic.key,
      from: bridgeOf(nic.before) ?? '',
      to: bridgeOf(nic.after) ?? '',
      state: stateOf(nic, found),
      oldMtu: found !== undefined && runsWithOldMtu(nic, uptimeOf(found.guest), snapshot.takenAt, mtu),
    }
  })
  const known = guests.filter(({ guest }) => nics.some(({ vmid }) => vmid === guest.vmid))
  return {
    nics: standing,
    snapshots: snapshotRemarks(known, oldNatBridge(natBridge, { nics, natBridge })),
    untold: [
      ...new Set(
        nics.flatMap((nic) => {
          const found = guests.find(({ guest }) => guest.vmid === nic.vmid)
          return (found && whyUntoldMtu(nic, uptimeOf(found.guest), mtu)) ?? []
        }),
      ),
    ],
    going: going.flatMap(({ node, bridges }) => bridges.map((bridge) => ({ node, bridge }))),
  }
}

function stateOf(nic: JournalNic, found: GuestNics | undefined): NicStanding['state'] {
  const is = found?.nics[nic.key]
  if (is === undefined) return 'gone'
  if (isSameText(is, nic.after)) return nic.proven === true ? 'moved' : 'unproven'
  if (isReplugging(is, nic.after)) return 'unproven'
  if (bridgeOf(is) === bridgeOf(nic.after)) return 'changed'
  return bridgeOf(is) === bridgeOf(nic.before) ? 'to move' : 'elsewhere'
}

const uptimeOf = ({ node, status, uptimeSeconds, pid }: GuestNics['guest']): Uptime => ({
  node,
  pid,
  running: status === 'running' || status === 'paused',
  uptimeSeconds,
})
