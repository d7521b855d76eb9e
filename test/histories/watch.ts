import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { hasPendingSdn, pendingView, sdnIds } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { isConfiguredFor, NAT_MARK, rangeIdOfMark, rangeNumberOfVnet } from '../../model/identity.ts'
import { type Ground, CONTROLLER } from './arena.ts'
import type { Chronicle, Made } from './chronicle.ts'
import { RANGES, type RangeId } from './steps.ts'

/** Holds each request of the controller against what it may do at that moment; what it may not goes to the chronicle. */
export function watchRequests({ simulator: { journal, world } }: Ground, chronicle: Chronicle): () => void {
  const unheard = new Map<string, number>()
  const reads = new Map<string, number>()
  return journal.listen((entry, phase) => {
    if (entry.user !== CONTROLLER) return
    if (entry.method === 'GET') {
      if (phase === 'arrived') reads.set(subjectOf(entry), entry.number)
      return
    }
    const text = `${entry.method} ${entry.path} ${JSON.stringify({ ...entry.params, digest: undefined })}`
    if (phase === 'answered') {
      if (entry.status === undefined || entry.status === 596) unheard.set(text, entry.number)
      else unheard.delete(text)
      return
    }
    if ((unheard.get(text) ?? -1) > (reads.get(subjectOf(entry)) ?? -1))
      report(chronicle, entry, 'is sent again unseen')
    for (const complaint of complaintsAbout(entry, world, chronicle)) report(chronicle, entry, complaint)
  })
}

/** What a request is about, as far as one that reads it shows what became of one that wrote it. */
function subjectOf({ path, params }: JournalEntry): string {
  if (path.endsWith('/clone')) return `VM ${String(params['newid'])}`
  const [, vmid] = /\/qemu\/(\d+)/.exec(path) ?? []
  if (vmid !== undefined) return `VM ${vmid}`
  return path.startsWith('/cluster/sdn') ? 'SDN' : path
}

const report = ({ violations }: Chronicle, { method, path, params }: JournalEntry, complaint: string): void =>
  void violations.push(`${method} ${path} ${JSON.stringify(params)} ${complaint}`)

function complaintsAbout(entry: JournalEntry, world: World, chronicle: Chronicle): readonly string[] {
  const { method, path, params } = entry
  if (path.endsWith('/migrate')) return ['moves a guest']
  if (path.startsWith('/cluster/sdn/zones')) return ['writes a zone']
  if (path.endsWith('/clone')) return complaintsAboutClone(params, world, chronicle)
  const [, vmid, what = ''] = /^\/nodes\/[^/]+\/qemu\/(\d+)(\/.*)?$/.exec(path) ?? []
  if (vmid !== undefined) {
    const isEnd = method === 'DELETE' || what === '/status/stop'
    return complaintsAboutGuest(Number(vmid), isEnd, world, chronicle)
  }
  if (method === 'PUT' && path === '/cluster/sdn') return complaintsAboutApply(world, chronicle)
  const [, vnet] = /^\/cluster\/sdn\/vnets\/(.+)$/.exec(path) ?? []
  return vnet === undefined ? [] : complaintsAboutVnet(vnet, method, world, chronicle)
}

function complaintsAboutClone(
  { newid, name, pool }: JournalEntry['params'],
  world: World,
  { made, frozen }: Chronicle,
): readonly string[] {
  const range = RANGES.find((each) => each === pool)
  if (range === undefined) return ['is for no range']
  const twin = [...made.values()].find((each) => each.ours && each.name === name && world.guests.has(each.vmid))
  // Of a VMID that is taken Proxmox makes nothing.
  if (!world.guests.has(Number(newid)))
    made.set(Number(newid), { vmid: Number(newid), range, name: String(name), ours: true })
  return [
    ...(twin === undefined ? [] : [`makes a VM that exists as ${twin.vmid}`]),
    ...(frozen.has(range) ? ['is for a range that is to be left alone'] : []),
  ]
}

function complaintsAboutGuest(vmid: number, isEnd: boolean, world: World, chronicle: Chronicle): readonly string[] {
  const made = chronicle.made.get(vmid)
  const guest = world.guests.get(vmid)
  if (guest === undefined) return []
  if (made === undefined || !made.ours) return ["is about a guest that is not the range's"]
  if (chronicle.frozen.has(made.range)) return ['is about a range that is to be left alone']
  return isEnd ? complaintsAboutEnd(made, guest.config, chronicle) : []
}

function complaintsAboutEnd(
  { range, name }: Made,
  config: ReadonlyMap<string, string | number>,
  { condemned }: Chronicle,
): readonly string[] {
  const tags = String(config.get('tags') ?? '').split(';')
  return [
    ...(condemned.get(range)?.has(name) === true ? [] : ['ends a VM that no file wants gone']),
    ...(isConfiguredFor(range, tags) ? [] : ["ends a VM without the range's tags"]),
    ...(Number(config.get('protection') ?? 0) === 1 ? ['ends a protected VM'] : []),
  ]
}

function complaintsAboutApply(world: World, chronicle: Chronicle): readonly string[] {
  const foreign = hasPendingSdn(world)
    ? (['zones', 'vnets', 'subnets'] as const).flatMap((kind) =>
        sdnIds(world.sdn, kind).filter((id) => pendingView(world.sdn, kind, id).state !== undefined),
      )
    : []
  return [
    ...foreign.filter((id) => !isOwnChange(id, world, chronicle)).map((id) => `brings the change of ${id} into force`),
    ...[...world.nodes.values()]
      .filter(({ online, stagedNetwork }) => online && stagedNetwork !== undefined)
      .map(({ name }) => `activates what is staged on ${name}`),
  ]
}

/** A change of one of Lanista's VNets to what Lanista itself writes. */
function isOwnChange(id: string, { sdn }: World, { condemned }: Chronicle): boolean {
  const configured = sdn.configured.vnets.get(id)
  const running = sdn.running.vnets.get(id)
  const range = RANGES.find((each) => each === rangeIdOfMark(String((configured ?? running)?.['alias'])))
  if (configured === undefined) return range !== undefined && condemned.has(range)
  if (configured['alias'] === NAT_MARK) return true
  return range !== undefined && configured['zone'] === 'ludus' && Number(configured['tag']) === rangeNumberOfVnet(id)
}

function complaintsAboutVnet(vnet: string, method: string, world: World, chronicle: Chronicle): readonly string[] {
  const mark = world.sdn.configured.vnets.get(vnet)?.['alias']
  const range = RANGES.find((each): each is RangeId => each === rangeIdOfMark(String(mark)))
  if (range === undefined) return ["is about a VNet that is no range's"]
  if (chronicle.frozen.has(range)) return ['is about a range that is to be left alone']
  if (method !== 'DELETE') return []
  const onIt = [...world.guests.values()].filter(({ config }) =>
    [...config].some(([key, value]) => /^net\d+$/.test(key) && String(value).split(',').includes(`bridge=${vnet}`)),
  )
  return [
    ...(chronicle.condemned.has(range) ? [] : ['removes a VNet that no file wants gone']),
    ...onIt.map(({ vmid }) => `removes a VNet under guest ${vmid}`),
  ]
}
