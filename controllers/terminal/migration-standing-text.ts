import { printable } from '../../model/printable.ts'
import type { MigrationStanding, NicStanding } from '../../model/migration-standing.ts'
import type { Paint } from './paint.ts'

/** What a move has come to, for people: range by range, NIC by NIC. */
export function standingText({ nics, snapshots, untold, going }: MigrationStanding, paint: Paint): readonly string[] {
  const pools = [...new Set(nics.map(({ pool }) => pool))]
  const left = nics.filter(({ state }) => isLeft(state)).length
  const gone = nics.filter(({ state }) => state === 'gone').length
  const reboots = new Set(nics.flatMap(({ vmid, oldMtu }) => (oldMtu ? [vmid] : []))).size
  return [
    ...pools.flatMap((pool) => [
      paint('bold', pool),
      ...nics.filter((nic) => nic.pool === pool).map((nic) => nicLine(nic, paint)),
      '',
    ]),
    ...[...snapshots, ...untold].map((text) => paint('yellow', `# ${text}`)),
    ...(snapshots.length + untold.length === 0 ? [] : ['']),
    ...going.map(({ node, bridge }) =>
      paint('yellow', `bridge ${bridge} on node ${node}: its removal was begun; lanista migrate finish carries it on`),
    ),
    `${nics.length - left - gone} of ${nics.length - gone} NICs are moved${gone === 0 ? '' : `, and ${gone} more are gone`}${reboots === 0 ? '' : `; VMs that keep the old MTU until they are rebooted: ${reboots}`}`,
  ]
}

/** Whether something is left to do of a NIC. */
export const isLeft = (state: NicStanding['state']): boolean =>
  state !== 'moved' && state !== 'gone' && state !== 'changed'

function nicLine({ name, vmid, key, from, to, state, oldMtu }: NicStanding, paint: Paint): string {
  const what = `vm ${printable(name)} (VMID ${vmid}): ${key}`
  const mtu = oldMtu ? '; large packets are lost until it is rebooted' : ''
  switch (state) {
    case 'moved':
      return paint('green', `  ${what}: ${from} -> ${to}${mtu}`)
    case 'gone':
      return paint('dim', `  ${what}: gone`)
    case 'to move':
      return paint('yellow', `  ${what}: still on ${from}; lanista migrate run moves it`)
    case 'unproven':
      return paint(
        'yellow',
        `  ${what}: configured for ${to}, and not seen to be plugged in; lanista migrate run looks`,
      )
    case 'changed':
      return paint('green', `  ${what}: on ${to}, changed by somebody since${mtu}`)
    case 'elsewhere':
      return paint('red', `  ${what}: somebody has put it elsewhere than on ${from} or ${to}; put it right by hand`)
  }
}
