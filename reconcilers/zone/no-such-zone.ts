import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot, ZoneSeen } from '../../model/snapshot.ts'
import { byName } from './zone-problem.ts'
import { createRemedy, type Remedy } from './zone-remedy.ts'

/** What to say of a zone that ranges can't use at all, and what to do instead. */
export interface Replacement {
  readonly what: string
  readonly remedy: Remedy
}

/** Proxmox' own rule for the ids of zones: 2 to 8 letters and digits, beginning with a letter. */
const ZONE_ID = /^[a-zA-Z][a-zA-Z0-9]{1,7}$/

/** The zone isn't there: perhaps its name is a slip. */
export function missingZone(name: string, snapshot: ClusterSnapshot): Replacement {
  const others = [...snapshot.zones].sort(byName).filter(({ pending }) => pending !== 'deleted')
  const near = nearest(
    name,
    others.map((other) => other.name),
  )
  const found = others.find((other) => other.name === near)
  const id = ZONE_ID.test(name) ? name : freeId(name.replaceAll(/[^a-zA-Z0-9]/g, ''), '', snapshot)
  const remedy = createRemedy(id, 'vxlan', { peers: addressesOf(snapshot) })
  if (id !== name) {
    const what = `Proxmox has no zone of such a name: names are 2 to 8 letters and digits, beginning with a letter; ${orTheOther(found)}make a VXLAN zone and set sdn_zone: ${id}`
    return { what, remedy }
  }
  if (found === undefined) return { what: 'there is no such SDN zone; create it', remedy }
  const why = found.name.toLowerCase() === name.toLowerCase() ? ' (capital and small letters are not the same)' : ''
  const what = `there is no such SDN zone, but there is ${found.name} of type ${found.type}${why}; set sdn_zone: ${found.name} if that is meant, or create ${name}`
  return { what, remedy }
}

/** The zone is of another type, which can't be changed: another one is needed. */
export function otherType(zone: ZoneSeen, snapshot: ClusterSnapshot): Replacement {
  const id = freeId(zone.name, 'vx', snapshot)
  const ready = [...snapshot.zones]
    .sort(byName)
    .find(({ type, running, pending }) => type === 'vxlan' && running !== undefined && pending === 'unchanged')
  const why = zone.type === 'simple' ? ", whose VNets don't span nodes" : ''
  const what = `it is of type ${printable(zone.type)}${why}, ranges need vxlan, and a zone's type can't be changed; ${orTheOther(ready)}make a VXLAN zone and set sdn_zone: ${id}`
  return { what, remedy: createRemedy(id, 'vxlan', { peers: addressesOf(snapshot) }) }
}

const orTheOther = (zone: ZoneSeen | undefined): string =>
  zone === undefined ? '' : `set sdn_zone: ${zone.name}, which is of type ${zone.type}, or `

/** An id like the given one that no zone has. */
function freeId(like: string, ending: string, { zones }: ClusterSnapshot): string {
  const base = /^[a-zA-Z]/.test(like) ? like : 'ludus'
  const endings = [ending, ...Array.from({ length: 9 }, (_, index) => `${ending}${index + 1}`)]
  const ids = endings.map((end) => `${base.slice(0, 8 - end.length)}${end}`)
  return ids.find((id) => ZONE_ID.test(id) && !zones.some(({ name }) => name === id)) ?? 'lanista'
}

/** One address of each node, in order of names; a gap to be filled in where none is known. */
export const addressesOf = ({ nodes, nodeNetworks }: ClusterSnapshot): readonly string[] =>
  [...nodes].sort(byName).map(({ name, address }) => {
    const addresses = nodeNetworks.find(({ node }) => node === name)?.interfaces.flatMap(({ addresses }) => addresses)
    return address ?? addresses?.[0] ?? `<address of ${name}>`
  })
