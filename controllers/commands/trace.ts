import { planSettingsOf } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import type { Proxmox } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Traced, TracedThing } from '../../model/trace.ts'
import { markedRanges } from '../../reconcilers/removal/range-left.ts'
import { type ThingsCalled, thingsCalled, type TracedWorld } from '../../reconcilers/trace/things-called.ts'
import type { Paint } from '../terminal/paint.ts'
import { traceText } from '../terminal/trace-text.ts'
import type { Composition } from './composition.ts'
import { lookNow } from './look-now.ts'
import { type RangeContent, rangeContents } from './range-contents.ts'
import { mustBeTextOrJson } from './text-or-json.ts'

export interface TraceOptions {
  readonly config: string
  /** A VM's name, VMID or address, a range's id, a VNet, a bridge, a MAC address. */
  readonly thing: string
  readonly format: string
}

/**
 * `lanista trace`: which range something is of, and which line of which file, and whose commit, asked for it. Writes nothing.
 *
 * @param warn takes sentences for people
 * @returns the exit status: 0 when it is one thing of a range, 1 when it is none, several, or nobody's
 */
export async function traceCommand(
  { config: configFile, thing, format }: TraceOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  mustBeTextOrJson(format)
  const asked = thing.trim()
  const config = await composition.loadConfig(configFile)
  const { proxmox, followed, heldBefore } = await composition.connect(config, composition.openLog())
  const besides = { held: await heldBefore() }
  const contents = await rangeContents(followed, besides)
  const ids = contents.map(({ rangeId }) => rangeId)
  const { snapshot, warnings } = await lookNow(proxmox, ids, signal)
  for (const warning of warnings) warn(warning)
  const specs = contents.flatMap(({ spec }) => spec ?? [])
  const others = new Set([...ids, ...markedRanges(snapshot)].filter((id) => !specs.some((spec) => spec.id === id)))
  const world: TracedWorld = { specs, others, snapshot, settings: planSettingsOf(config) }
  const called = await thingsAsked(asked, world, proxmox, warn, signal)
  const found = called.things.map((each) => traced(each, contents, composition))
  if (found.length === 0 && snapshot.unseen.length > 0)
    for (const { right, path, remedy } of snapshot.unseen.slice(0, 1))
      warn(`it may be there unseen: the API token lacks ${right} on ${path}; ${remedy}`)
  const told = { asked, found, lookedFor: called.lookedFor, near: called.near }
  if (format === 'json') print(JSON.stringify(told, undefined, 2))
  else for (const line of traceText(told, paint)) print(line)
  return found.length === 1 && found[0]?.rangeId !== undefined ? 0 : 1
}

const MAC = /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i

/** A MAC address is in no list: the configuration of every guest is read for it. */
async function thingsAsked(
  asked: string,
  world: TracedWorld,
  proxmox: Pick<Proxmox, 'guestNics'>,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<ThingsCalled> {
  if (!MAC.test(asked)) return thingsCalled(asked, world)
  const mac = asked.toUpperCase().replaceAll('-', ':')
  const vmids = await withMac(mac, world.snapshot, proxmox, warn, signal)
  const things = vmids.flatMap((vmid) =>
    thingsCalled(String(vmid), world).things.filter(({ node }) => node !== undefined),
  )
  return { things, lookedFor: [`a VM with a NIC of the MAC address ${mac}`], near: [] }
}

async function withMac(
  mac: string,
  { guests }: ClusterSnapshot,
  proxmox: Pick<Proxmox, 'guestNics'>,
  warn: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const read = await proxmox.guestNics.read(
    guests.filter(({ kind }) => kind === 'qemu'),
    signal,
  )
  for (const { guest, why } of read.unread)
    warn(`VM ${guest.vmid} on ${guest.node} is not looked at: ${printable(why)}`)
  return read.guests.flatMap(({ guest, nics }) =>
    Object.values(nics).some((nic) => nic.toUpperCase().includes(mac)) ? [guest.vmid] : [],
  )
}

/** With the place in the file, and who wrote it. */
function traced(
  { path, ...thing }: TracedThing,
  contents: readonly RangeContent[],
  { placeInText }: Pick<Composition, 'placeInText'>,
): Traced {
  const content = contents.find(({ rangeId }) => rangeId === thing.rangeId)
  if (content?.source === undefined)
    return {
      ...thing,
      file: undefined,
      commit: undefined,
      orEarlier: false,
      newer: thing.rangeId === undefined ? undefined : (content?.newer ?? 'there is no file of it'),
    }
  const { text, source, commit, orEarlier, newer } = content
  const place = text === undefined || path === undefined ? undefined : placeInText(text, path)
  const isUnsaid = text !== undefined && path !== undefined && place === undefined
  return {
    ...thing,
    remark: isUnsaid
      ? [thing.remark, 'its file does not describe it, and a default one is made'].filter(Boolean).join('; ')
      : thing.remark,
    file: { path: source, line: place?.line, column: place?.column },
    commit,
    orEarlier,
    newer,
  }
}
