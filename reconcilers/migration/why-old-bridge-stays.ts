import { ownerMark, rangeNetworkOf, routerWanAddressOf } from '../../model/identity.ts'
import { printable } from '../../model/printable.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import { deletionLine, restingOn, type Stay } from '../bridge/why-bridge-stays.ts'
import type { FinishSeen } from './finish-seen.ts'
import type { OldBridge } from './old-bridges.ts'
import { bridgeOf } from './old-networks.ts'

/** Why nobody's NIC, zone or file lets a bridge go, wherever it is. */
export function whyStillNamed(bridge: OldBridge, seen: FinishSeen): readonly Stay[] {
  const { name, number, pools } = bridge
  const zones = seen.snapshot.zones.filter((zone) => zone.bridge === name || zone.running?.bridge === name)
  const others = [...seen.files].filter(([id, asked]) => asked === number && !pools.includes(id)).map(([id]) => id)
  return [
    ...nicsNaming(name, seen),
    ...zones.map(({ name: zone }) => ({
      why: `SDN zone ${zone} uses it`,
      remedy: `give that zone another bridge, or remove the zone, and apply that (Datacenter > SDN)`,
    })),
    ...others.sort().map((id) => ({
      why: `the file of range ${id} asks for its number, ${number}`,
      remedy: 'give that range another range_number',
    })),
  ]
}

/** So many NICs are named; more a person does not read. */
const NICS_SHOWN = 5

function nicsNaming(bridge: string, { guests, plugged }: FinishSeen): readonly Stay[] {
  const on = (nics: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(nics).flatMap(([key, nic]) => (bridgeOf(nic) === bridge ? [key] : []))
  const now = guests.flatMap(({ guest, nics, coming = {} }) => {
    const keys = [...new Set([...on(nics), ...on(coming)])]
    return keys.map((key) => ({ vmid: guest.vmid, text: `${key} of ${called(guest.vmid, guest.name)}` }))
  })
  const hanging = (plugged.get(bridge) ?? [])
    .map(({ vmid, nic }) => `${nic} of ${called(vmid, guests.find(({ guest }) => guest.vmid === vmid)?.guest.name)}`)
    .filter((text) => now.every((each) => each.text !== text))
  const kept = guests.flatMap(({ guest, snapshots }) =>
    Object.entries(snapshots).flatMap(([snapshot, nics]) =>
      on(nics).map((key) => `${key} in snapshot "${printable(snapshot)}" of ${called(guest.vmid, guest.name)}`),
    ),
  )
  return [
    ...stay(
      now.map(({ text }) => text),
      'put these NICs on another network',
    ),
    ...stay(hanging, 'a hot-plug has failed there, or the guest is hidden: stop these guests and start them again'),
    ...stay(kept, 'a rollback to it would need the bridge: delete these snapshots, or keep the bridge'),
  ]
}

const called = (vmid: number, name: string | undefined): string =>
  `${printable(name ?? 'a nameless guest')} (VMID ${vmid})`

const stay = (nics: readonly string[], remedy: string): readonly Stay[] => {
  if (nics.length === 0) return []
  const more = nics.length > NICS_SHOWN ? ` and ${nics.length - NICS_SHOWN} more` : ''
  return [{ why: `${nics.slice(0, NICS_SHOWN).join(', ')}${more} ${nics.length === 1 ? 'is' : 'are'} on it`, remedy }]
}

/** Why an interface is not what Ludus made, or its node rests on it. */
export function whyNotLudus(
  { name, type, ports, addresses, gateways, comment, options }: InterfaceSeen,
  { pools, number }: OldBridge,
  { node, interfaces }: NodeNetworkSeen,
): readonly Stay[] {
  const byHand = `if nothing needs it, remove it yourself (${deletionLine(node, name)})`
  const own = options.filter((line) => !routeLines(number).includes(plain(line)))
  const above = restingOn(interfaces, name)
  const whys = [
    ...(type === 'bridge' ? [] : [`is no Linux bridge but of type ${printable(type)}`]),
    ...(ports.length === 0 ? [] : [`has ${ports.map((port) => printable(port)).join(', ')} attached`]),
    ...(addresses.length === 0 ? [] : [`has the address ${addresses.join(', ')}`]),
    ...(gateways.length === 0 ? [] : [`has the gateway ${gateways.join(', ')}`]),
    ...(above.length === 0 ? [] : [`carries ${above.join(', ')}`]),
    ...(own.length === 0 ? [] : [`has lines that Ludus does not write: "${printable(own.join('; '))}"`]),
    ...(isLudusComment(comment, pools) ? [] : [`has a comment of somebody's: "${printable(comment ?? '')}"`]),
  ]
  return whys.map((why) => ({ why: `it ${why}`, remedy: byHand }))
}

/** A comment as Ludus' markers leave it: Proxmox takes lines between two stanzas for the first one's. Or Lanista's mark. */
const isLudusComment = (comment: string | undefined, pools: readonly string[]): boolean =>
  pools.some((pool) => comment?.trim() === ownerMark(pool)) ||
  (comment ?? '').split('\n').every((line) => line.trim() === '' || /^\s*LUDUS \S.* (BEGIN|END)\s*$/.test(line))

const plain = (line: string): string => line.trim().replaceAll(/\s+/g, ' ')

const routeLines = (number: number): readonly string[] => {
  const route = `${rangeNetworkOf(number)} via ${routerWanAddressOf(number)}`
  return [`post-up ip route add ${route}`, `post-down ip route del ${route}`]
}

/** Whether the node's route to the range goes with its bridge, by whatever device it leads: Ludus has it removed then. */
export const takesRouteAlong = ({ options }: InterfaceSeen, number: number): boolean =>
  options.some((line) => plain(line) === routeLines(number)[1])
