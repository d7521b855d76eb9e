import type { JournalEntry } from '../../../adapters/simulator/journal.ts'
import type { World } from '../../../adapters/simulator/world.ts'
import { ownerMark, rangeIdOfMark } from '../../../model/identity.ts'
import { CONTROLLER } from '../arena.ts'
import { nameIn } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import { type Asks, isAbsent, isPresent, machinesIn } from './acted-on.ts'
import type { CommitChronicle } from './commit-chronicle.ts'

/** A write, as far as it is about one range. */
interface Deed {
  readonly range: RangeId
  readonly kind: 'keeps' | 'removes'
  /** What the content must say that it is done for. */
  readonly asks: Asks
}

/** Holds each write of the controller against the commits that were accepted by then. */
export function watchCommits(
  {
    journal,
    world,
  }: {
    readonly journal: { listen(hear: (entry: JournalEntry, phase: string) => void): unknown }
    readonly world: World
  },
  chronicle: CommitChronicle,
): void {
  journal.listen((entry, phase) => {
    if (entry.user !== CONTROLLER || entry.method === 'GET' || phase !== 'arrived') return
    const deed = deedOf(entry, world, chronicle)
    if (deed === undefined) return
    for (const why of complaints(deed, chronicle))
      chronicle.violations.push(`${entry.method} ${entry.path} ${JSON.stringify(entry.params)} of ${deed.range} ${why}`)
  })
}

function complaints({ range, kind, asks }: Deed, chronicle: CommitChronicle): readonly string[] {
  const { actedOn, freezes } = chronicle
  if (kind === 'removes' && chronicle.isOrdered(range)) return []
  if (kind === 'removes' && actedOn.inForce(range)[0] === undefined)
    return [...chronicle.prunes.complaints(range), ...freezes.complaints(range, (content) => content === undefined)]
  return [
    ...(actedOn.follow(range, asks) ? [] : ['is explained by no accepted commit, or only by an older one']),
    ...(actedOn.inForce(range).some(asks) ? [] : ['is not what is on disk as what is in force']),
    ...freezes.complaints(range, asks),
  ]
}

function deedOf({ method, path, params }: JournalEntry, world: World, chronicle: CommitChronicle): Deed | undefined {
  const rangeNamed = (id: unknown): RangeId | undefined => RANGES.find((each) => each === id)
  const keeps = (range: RangeId | undefined, asks: Asks = isPresent): Deed | undefined =>
    range && { range, kind: 'keeps', asks }
  const removes = (range: RangeId | undefined): Deed | undefined => range && { range, kind: 'removes', asks: isAbsent }
  if (path.endsWith('/clone')) {
    const range = rangeNamed(params['pool'])
    return keeps(
      range,
      (content) =>
        isPresent(content) && range !== undefined && machinesIn(range, content).includes(String(params['name'])),
    )
  }
  const [, vmid, what = ''] = /^\/nodes\/[^/]+\/qemu\/(\d+)(\/.*)?$/.exec(path) ?? []
  if (vmid !== undefined) {
    const made = chronicle.deeds.made.get(Number(vmid))
    if (made?.ours !== true || !world.guests.has(Number(vmid))) return undefined
    const { range, name } = made
    // No file of these histories wants a VM off.
    if (method === 'DELETE' || what === '/status/stop' || what === '/status/shutdown') return removes(range)
    return keeps(range, (content) => isPresent(content) && isAskedOf(range, name, params, content))
  }
  if (method === 'POST' && path === '/pools') return keeps(rangeNamed(params['poolid']))
  if (path.startsWith('/pools')) {
    const range = rangeNamed(params['poolid'] ?? path.split('/')[2])
    return method === 'DELETE' ? removes(range) : keeps(range)
  }
  if (method === 'POST' && path === '/cluster/sdn/vnets')
    return keeps(rangeNamed(rangeIdOfMark(String(params['alias']))))
  const [, vnet] = /^\/cluster\/sdn\/vnets\/([^/]+)$/.exec(path) ?? []
  if (vnet === undefined) return undefined
  const range = RANGES.find((each) => ownerMark(each) === world.sdn.configured.vnets.get(vnet)?.['alias'])
  return method === 'DELETE' ? removes(range) : keeps(range)
}

/** A VM's memory stands for the content, as no two say the same of it. */
function isAskedOf(
  range: RangeId,
  name: string,
  params: JournalEntry['params'],
  content: Parameters<typeof machinesIn>[1],
): boolean {
  const vm = ['router', ...Object.keys(content.vms)].find((each) => nameIn(range, each) === name)
  const entry = vm === undefined ? undefined : content.vms[vm]
  if (vm === undefined || entry === undefined) return vm === 'router'
  return params['memory'] === undefined || Number(params['memory']) === entry.ram * 1024
}
