import type { GuestNics } from '../../model/guest-nics.ts'
import { rangeNetworkOf, rangeNumberOfBridge, routerWanAddressOf } from '../../model/identity.ts'
import type { JournalNic, MigrationJournal } from '../../model/migration-journal.ts'
import { printable } from '../../model/printable.ts'
import { nicsHidden } from '../not-visible.ts'
import { heldBy } from './held-by.ts'
import { makeAgain } from './make-again.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { bridgeOf, isSameText, onBridge } from './old-networks.ts'
import { isReplugging } from './replug.ts'

/** What a way back would do with one NIC. `why`: a sentence about it. */
export type NicBack =
  /** It can be put back, or is gone, which is told right before. */
  | { readonly kind: 'goes'; readonly nic: JournalNic }
  /** Somebody has put it onto its old bridge, in a form of theirs: it is left as it is. */
  | { readonly kind: 'is back'; readonly nic: JournalNic; readonly why: string }
  /** `bridge`: the one that it lacks, with its node, if that is why. */
  | { readonly kind: 'stays'; readonly nic: JournalNic; readonly why: string; readonly bridge: string | undefined }

export type WaySeen = Pick<MigrationSeen, 'snapshot' | 'guests' | 'unread'>

/**
 * Whether NICs can go back to their old bridges, before the first of them does: a range of which a part can't is left whole. NICs that
 * were never written have no way to go. What is hidden is not gone.
 */
export function wayBack(
  nics: readonly JournalNic[],
  journal: Pick<MigrationJournal, 'going' | 'removed'>,
  seen: WaySeen,
): readonly NicBack[] {
  return nics.filter(({ writtenAt }) => writtenAt !== undefined).map((nic) => judge(nic, journal, seen))
}

/** Why NICs stay, with what they have in common said once: a range of thirty VMs lacks one bridge. */
export function whysOfStaying(ways: readonly NicBack[]): readonly string[] {
  const stays = ways.flatMap((way) => (way.kind === 'stays' ? [way] : []))
  return stays.flatMap((way) => {
    const alike = way.bridge === undefined ? [way] : stays.filter(({ bridge }) => bridge === way.bridge)
    const more = alike.length - 1
    if (alike[0] !== way) return []
    return [more === 0 ? way.why : `${way.why} (the same holds for ${more} more of its NICs)`]
  })
}

function judge(nic: JournalNic, journal: Pick<MigrationJournal, 'going' | 'removed'>, seen: WaySeen): NicBack {
  const { vmid, name, key, before, after } = nic
  const stays = (why: string, bridge?: string): NicBack => ({
    kind: 'stays',
    nic,
    why: `vm ${printable(name)}: ${why}`,
    bridge,
  })
  const found = seen.guests.find(({ guest }) => guest.vmid === vmid)
  if (found === undefined) {
    const unread = seen.unread.find(({ guest }) => guest.vmid === vmid)
    if (unread !== undefined) return stays(`it can't be read: ${unread.why}; see to that, then run this again`)
    const hidden = nicsHidden(`VM ${vmid}`, seen.snapshot)
    if (hidden === undefined) return { kind: 'goes', nic }
    return stays('it is not seen, and the API token is not shown all guests; let it see them, then run this again')
  }
  const { nics, waiting, coming = {}, guest } = found
  const is = nics[key]
  const old = bridgeOf(before) ?? ''
  const ours = (text: string): boolean =>
    [before, after].some((each) => isSameText(text, each) || isReplugging(text, each))
  if (is === undefined) return { kind: 'goes', nic }
  const next = coming[key]
  if (waiting.includes(key) && (next === undefined || !ours(next)))
    return stays(
      `another change of its ${key} waits for its next boot; reboot it, or take that change back, then run this again`,
    )
  // One that somebody has put there already is cut off no less where the bridge is gone, or about to.
  const homeless = whyHomeless(found, key, old, journal, seen)
  if (!ours(is)) {
    if (bridgeOf(is) === old && homeless !== undefined) return stays(homeless, `${guest.node} ${old}`)
    if (bridgeOf(is) === old)
      return { kind: 'is back', nic, why: `vm ${printable(name)}: ${key} is on ${old} already, as somebody has put it` }
    const line = `qm set ${vmid} --${key} '${onBridge(is, old)}' on ${guest.node}`
    return stays(
      `somebody has changed its ${key} since it moved: it is ${printable(is)}, and was ${printable(after)}; make it that again, or put it onto ${old} yourself (${line}), then run this again`,
    )
  }
  if (guest.lock !== undefined && !isSameText(is, before))
    return stays(`${heldBy(guest.lock, guest, 'it')}; then run this again`)
  return homeless === undefined ? { kind: 'goes', nic } : stays(homeless, `${guest.node} ${old}`)
}

function whyHomeless(
  { guest: { node } }: GuestNics,
  key: string,
  bridge: string,
  { going = [], removed = [] }: Pick<MigrationJournal, 'going' | 'removed'>,
  { snapshot }: WaySeen,
): string | undefined {
  const network = snapshot.nodeNetworks.find((each) => each.node === node)
  if (network === undefined)
    return `its node ${node} does not tell whether it has ${bridge}; see that it answers, then run this again`
  if (network.interfaces.some((each) => each.name === bridge)) return undefined
  const was = `its ${key} was on ${bridge}`
  const make = `${makeAgain(node, bridge)}, then run this again`
  const isStaged =
    network.staged !== undefined && going.some((note) => note.node === node && note.bridges.includes(bridge))
  if (isStaged)
    return `${was}, whose deletion on node ${node} is staged by lanista migrate finish; take back what is staged there (pvesh delete /nodes/${node}/network), then run this again`
  if (removed.some((each) => each.node === node && each.bridge === bridge))
    return `${was}, which lanista migrate finish has removed from node ${node}; ${make}${routeOf(bridge, node)}`
  return `${was}, which its node ${node} does not have; ${make}`
}

/** The block that Ludus wrote had it in it; Proxmox takes no such line. */
function routeOf(bridge: string, node: string): string {
  const number = rangeNumberOfBridge(bridge)
  if (number === undefined) return ''
  return `; if the route of the Ludus host went with it: ip route replace ${rangeNetworkOf(number)} via ${routerWanAddressOf(number)} (on ${node})`
}
