import { ownerMark } from '../../model/identity.ts'
import { AUDIT_MS, type Ground } from './arena.ts'
import type { Chronicle } from './chronicle.ts'
import { differencesFromFiles } from './expectations.ts'
import { THEIR_MARK } from './persons.ts'
import { RANGES } from './steps.ts'

/** So long at a time the cluster is left alone, in its own milliseconds. */
const WHILE_MS = 10_000
/** So many times in a row nothing may be written and nothing be right: then nothing will happen any more. */
const STANDSTILL = 60
/** After so many times without a write no repair of a node is to come. */
const REPAIRED_AFTER = 12
/** Who still writes after so many times never comes to rest. */
const TIMES_AT_MOST = 600

/** Undoes what a person has to undo before a controller can go on. */
export async function calmDown(
  { world, simulator, person }: Ground,
  endTroubles: readonly (() => void)[],
  locks: string[],
) {
  for (const end of endTroubles) end()
  world.quorumOverride = undefined
  for (const { name, online } of world.nodes.values()) if (!online) await simulator.powerOn(name)
  for (const node of world.nodes.values()) node.stagedNetwork = undefined
  for (const { config } of world.guests.values()) if (config.get('lock') === 'backup') config.delete('lock')
  for (const token of locks.splice(0)) await person('DELETE', '/cluster/sdn/lock', { 'lock-token': token })
}

/** Waits until the cluster is as the files ask; returns what is not when nothing changes any more. */
export async function settled(arena: Ground, chronicle: Chronicle): Promise<readonly string[]> {
  const { clock, world } = arena
  let written = 0
  for (let still = 0, times = 1; ; still += 1, times += 1) {
    await tidyUp(arena, chronicle)
    await arena.rest()
    const lock = world.sdn.lock !== undefined && !chronicle.lockMayBeLost ? ['the SDN lock is held'] : []
    const differences = [...differencesFromFiles(arena), ...lock]
    // A node that some range needs is repaired; of others nothing is to come.
    const isRepaired = (failedReloads(world).length === 0 && behind(world).length === 0) || still >= REPAIRED_AFTER
    if ((differences.length === 0 && isRepaired) || still >= STANDSTILL || times >= TIMES_AT_MOST) return differences
    // That somebody holds the lock is asked for again and again.
    const now = arena.writes().filter(({ path }) => path !== '/cluster/sdn/lock').length
    if (now > written) still = 0
    written = now
    await clock.sleep(WHILE_MS)
  }
}

/** Nodes whose reload that began last has failed, as beside a person's: they lack what was applied, and are repaired. */
function failedReloads({ nodes, tasks }: Ground['world']): readonly string[] {
  return [...nodes.values()].flatMap(({ name, bootedAt }) => {
    const [last] = tasks
      .filter(({ type, node, startedAt }) => type === 'srvreload' && node === name && startedAt * 1000 >= bootedAt)
      .toSorted((a, b) => b.startedAt - a.startedAt || b.pid - a.pid)
    return last?.end === undefined || /^(OK|WARNINGS)/.test(last.end.status) ? [] : [`the reload of ${name} failed`]
  })
}

/** Nodes whose networks are older than what is committed, as when they were off at an apply: they are repaired as well. */
const behind = ({ nodes, sdn }: Ground['world']): readonly string[] =>
  [...nodes.values()].flatMap(({ name, sdnVersion }) => (sdnVersion < sdn.version ? [name] : []))

/** What the controller does although everything is as it should be. */
export async function unrest(arena: Ground): Promise<readonly string[]> {
  await arena.rest()
  const before = arena.writes().length
  await arena.clock.sleep(AUDIT_MS)
  await arena.rest()
  await arena.rest()
  return arena
    .writes()
    .slice(before)
    .map(({ method, path }) => `${method} ${path} although all is done`)
}

/** A person does what statuses tell them to do. */
export async function tidyUp(arena: Ground, chronicle: Chronicle): Promise<void> {
  const { world, person } = arena
  // A clone, or a removal, whose node died under it.
  for (const { vmid, config } of world.guests.values()) {
    const busy = world.tasks.some(({ end, id, type }) => !end && (id === String(vmid) || type === 'qmclone'))
    if (!['clone', 'destroyed'].includes(String(config.get('lock'))) || busy) continue
    world.guests.delete(vmid)
    for (const pool of world.pools.values()) pool.vms.delete(vmid)
  }
  const told = (reason: string): boolean =>
    arena
      .life()
      .controller.board.all()
      .some(({ conditions }) => conditions.some((each) => each.reason === reason))
  if (chronicle.lockMayBeLost && told('SdnLocked')) world.sdn.lock = undefined
  if (told('VnetTaken') || told('NumberTaken'))
    for (const [name, { alias }] of world.sdn.configured.vnets) {
      const running = RANGES.find((range) => ownerMark(range) === world.sdn.running.vnets.get(name)?.['alias'])
      if (alias === THEIR_MARK && running)
        await person('PUT', `/cluster/sdn/vnets/${name}`, { alias: ownerMark(running) })
    }
  // VMs run on it, so nobody but whoever changed it puts it back.
  const inUse = told('VnetInUse')
  if (inUse)
    for (const [name, { alias, tag }] of world.sdn.configured.vnets) {
      const number = Number(name.slice(1))
      if (RANGES.some((range) => ownerMark(range) === alias) && tag !== number)
        await person('PUT', `/cluster/sdn/vnets/${name}`, { tag: number })
    }
  if (inUse || told('ForeignPending') || told('VnetDeletionPending')) await person('PUT', '/cluster/sdn')
}
