import type { Clock } from '../../model/clock.ts'
import type { MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import type { GuestNicReader } from '../../model/network-ports.ts'
import type { GuestAgents } from '../../model/guest-agent.ts'
import type { NicLooks } from '../../model/nic-look.ts'
import type { Reboots } from '../../model/reboot-ports.ts'
import type { AccessWriter } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { journalWith, openNics } from '../../reconcilers/migration/journal-of-plan.ts'
import { journalZones } from '../../reconcilers/migration/journal-zones.ts'
import { movedPools, type MigrationScope } from '../../reconcilers/migration/pools-to-move.ts'
import { grantAll } from './grant-all.ts'
import { judgeWayBack } from './judge-way-back.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { LinkCheck } from './link-check.ts'
import { makeVnets, type NetworkParts } from './make-vnets.ts'
import { vmsOf } from './moved-vm.ts'
import { NicWriter } from './nic-writer.ts'
import { type PoolMoved, PoolMover } from './pool-mover.ts'
import { vmFinder } from './vm-finder.ts'
import { PoolRebooter } from './pool-rebooter.ts'
import { VmRebooter } from './vm-rebooter.ts'

/** What a move works with. */
export interface MigrationParts {
  readonly machines: Pick<Machines, 'configure' | 'read' | 'start' | 'told'>
  readonly reboots: Reboots
  readonly nicLooks: NicLooks
  readonly guestAgents: GuestAgents
  readonly pools: Pick<Pools, 'read'>
  readonly guestNics: GuestNicReader
  readonly access: AccessWriter
  readonly networks: NetworkParts
  readonly store: MigrationJournalStore
  readonly look: () => Promise<ClusterSnapshot>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** What a move came to. */
export interface Migrated {
  readonly moved: readonly string[]
  /** Pool -> why it is where it was. */
  readonly notMoved: ReadonlyMap<string, string>
  /** Pool -> what is left half moved, and needs a person. */
  readonly stuck: ReadonlyMap<string, string>
  /** Who could not be given a right on a new network, and why. */
  readonly ungranted: readonly string[]
  /** Sentences about interfaces inside of VMs that have lost their addresses. */
  readonly lostAddresses: readonly string[]
  /** Names of VMs. */
  readonly rebooted: readonly string[]
  /** Why VMs that were to be rebooted are not, as sentences. */
  readonly notRebooted: readonly string[]
}

/** What a move is to do. */
export interface MigrationOrder {
  /** What was asked for. */
  readonly scope: MigrationScope
  /** Pools that an earlier life has begun and that are not planned: nothing of them moves. */
  readonly outside: readonly string[]
  /** What the journal is of. */
  readonly where: Pick<MigrationJournal, 'natBridge' | 'cluster'>
  /** Whether VMs that keep the MTU of their bridge are rebooted once their range has moved. */
  readonly reboots: boolean
  /** Of the new networks, in bytes; undefined where it is not known. */
  readonly mtu: number | undefined
}

/**
 * Carries out a plan: the journal first, then the VNets of all with one apply, then NIC by NIC. A pool whose NIC can't be moved is put
 * back, and the next one goes on. What an earlier life has begun is carried on; where all is moved, nothing is written. A pool that has
 * moved, now or before, has its VMs rebooted before the next one moves, where that is asked for.
 */
export async function migrate(
  plan: MigrationPlan,
  { scope, outside, where, reboots, mtu }: MigrationOrder,
  parts: MigrationParts,
): Promise<Migrated> {
  const { store, clock, signal, say } = parts
  const before = await store.read()
  const journal = journalWith(before, plan, where, clock.now())
  const pools = [...new Set(openNics(journal).map(({ pool }) => pool))].filter((pool) => !outside.includes(pool))
  const keeper = new JournalKeeper(store, journal)
  // Of a pool that moved before nothing is said unless something is done.
  let heading: string | undefined
  const sayUnder = (line: string): void => {
    if (heading !== undefined) say(heading)
    heading = undefined
    say(line)
  }
  const underHeading = { ...parts, say: sayUnder }
  const rebooter = new PoolRebooter(new VmRebooter(underHeading, vmFinder(parts), keeper, mtu), keeper, sayUnder)
  const rebooted: string[] = []
  const notRebooted: string[] = []
  for (const pool of reboots ? movedPools(scope, journal) : []) {
    heading = `${pool}:`
    await rebootVms(pool)
  }
  heading = undefined
  if (pools.length === 0) {
    // What could not be given when NICs moved is given as soon as it can be.
    const ungranted = await grantAll(plan, parts)
    return { moved: [], notMoved: new Map(), stuck: new Map(), ungranted, lostAddresses: [], rebooted, notRebooted }
  }
  await store.write(keeper.journal)
  const { lacking, inForce } = await makeVnets(plan, parts.networks, clock, signal)
  const writer = new NicWriter(parts, journalZones(journal, await parts.look()), signal)
  const links = new LinkCheck(parts.guestAgents, vmFinder(parts), clock, signal)
  const mover = new PoolMover(writer, keeper, vmFinder(parts), {
    clock,
    say,
    judge: (nics) => judgeWayBack(nics, keeper.journal, parts),
    links,
    inForce,
  })
  const checks: Promise<readonly string[]>[] = []
  const moved: string[] = []
  const notMoved = new Map<string, string>()
  const stuck = new Map<string, string>()
  const ungranted = await grantAll(plan, parts)
  for (const pool of pools) {
    signal.throwIfAborted()
    const why = obstacleOf(plan, pool, journal) ?? lacking.get(pool)
    say(`${pool}:`)
    if (why !== undefined) {
      notMoved.set(pool, why)
      say(`  ! ${why}`)
      await forgetUnmoved(keeper, pool)
      continue
    }
    const result = await mover.move(pool)
    take(result, pool)
    if (result.kind === 'moved') {
      // The next range need not wait for what systems inside of VMs make of a lost link; a reboot would hide it.
      const check = links.after(vmsOf(keeper.of(pool)))
      checks.push(check.catch(nobodyWaits))
      if (reboots) await check.catch(nobodyWaits)
      if (reboots) await rebootVms(pool)
    }
    await forgetUnmoved(keeper, pool)
  }
  const lostAddresses = (await Promise.all(checks)).flat()
  signal.throwIfAborted()
  for (const line of lostAddresses) say(`! ${line}`)
  if (links.unasked !== undefined) say(`# links inside of VMs are not checked: ${links.unasked}`)
  return { moved, notMoved, stuck, ungranted, lostAddresses, rebooted, notRebooted }

  /** What keeps Proxmox from answering at all is told by whatever is asked next; a link is checked where that can be done. */
  function nobodyWaits(): readonly string[] {
    return []
  }

  async function rebootVms(pool: string): Promise<void> {
    signal.throwIfAborted()
    const its = await rebooter.reboot(pool)
    rebooted.push(...its.rebooted)
    notRebooted.push(...its.failed)
  }

  function take(result: PoolMoved, pool: string): void {
    if (result.kind === 'moved') moved.push(pool)
    else if (result.kind === 'put back') notMoved.set(pool, result.why)
    else stuck.set(pool, [result.why, ...result.left].join('; '))
  }
}

/** A pool of which no NIC was written is where it was, and nobody has to wait for it. */
async function forgetUnmoved(keeper: JournalKeeper, pool: string): Promise<void> {
  const nics = keeper.of(pool)
  if (nics.every(({ writtenAt }) => writtenAt === undefined)) await keeper.forget(pool)
}

/** What is in the way of a pool, and that some of it has moved by now, if so. */
function obstacleOf(plan: MigrationPlan, pool: string, { nics }: MigrationJournal): string | undefined {
  const found = plan.pools.find((each) => each.pool === pool)?.obstacles ?? []
  if (found.length === 0) return undefined
  const begun = nics.some((nic) => nic.pool === pool && nic.writtenAt !== undefined)
  const half = begun
    ? '; some of its NICs have moved by now: once that is mended run this again, or put them back (lanista migrate rollback)'
    : ''
  return `${found.map(({ message }) => message).join('; ')}${half}`
}
