import type { Clock } from '../../model/clock.ts'
import type { MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import type { Machines, Pools } from '../../model/machine-ports.ts'
import { always } from '../../model/permit.ts'
import type { AccessWriter } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { journalWith, openNics } from '../../reconcilers/migration/journal-of-plan.ts'
import { journalZones } from '../../reconcilers/migration/journal-zones.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { makeVnets, type NetworkParts } from './make-vnets.ts'
import { NicWriter } from './nic-writer.ts'
import { type PoolMoved, PoolMover, type VmFinder } from './pool-mover.ts'

/** What a move works with. */
export interface MigrationParts {
  readonly machines: Pick<Machines, 'audit' | 'configure'>
  readonly pools: Pick<Pools, 'read'>
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
}

const NOTHING: Migrated = { moved: [], notMoved: new Map(), stuck: new Map(), ungranted: [] }

/**
 * Carries out a plan: the journal first, then the VNets of all with one apply, then NIC by NIC. A pool whose NIC can't be moved is put
 * back, and the next one goes on. What an earlier life has begun is carried on; where all is moved, nothing is written.
 *
 * @param outside pools that an earlier life has begun and that are not planned: nothing of them moves
 */
export async function migrate(
  plan: MigrationPlan,
  outside: readonly string[],
  natBridge: string,
  parts: MigrationParts,
): Promise<Migrated> {
  const { store, clock, machines, signal, say } = parts
  const before = await store.read()
  const journal = journalWith(before, plan, natBridge, clock.now())
  const pools = [...new Set(openNics(journal).map(({ pool }) => pool))].filter((pool) => !outside.includes(pool))
  // What could not be given when NICs moved is given as soon as it can be.
  if (pools.length === 0) return { ...NOTHING, ungranted: await grantAll(plan, parts) }
  await store.write(journal)
  const lacking = await makeVnets(plan, parts.networks, clock, signal)
  const keeper = new JournalKeeper(store, journal)
  const writer = new NicWriter(machines, journalZones(journal, await parts.look()), signal)
  const mover = new PoolMover(writer, keeper, vmFinder(parts), clock, say)
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
    take(await mover.move(pool), pool)
    await forgetUnmoved(keeper, pool)
  }
  return { moved, notMoved, stuck, ungranted }

  function take(result: PoolMoved, pool: string): void {
    if (result.kind === 'moved') moved.push(pool)
    else if (result.kind === 'put back') notMoved.set(pool, result.why)
    else stuck.set(pool, [result.why, ...result.left].join('; '))
  }
}

/** Before any NIC moves, as whoever uses a network should not lose it on the way. */
async function grantAll(
  { grants }: MigrationPlan,
  { access, signal, say }: MigrationParts,
): Promise<readonly string[]> {
  const refused: string[] = []
  for (const right of grants) {
    const { kind, who, path, role } = right
    try {
      await access.grant(right, always(signal))
      say(`+ ${kind} ${who} may use ${path} (${role})`)
    } catch (error) {
      signal.throwIfAborted()
      refused.push(
        `${kind} ${who} is not given ${role} on ${path}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  for (const line of refused) say(`! ${line}`)
  return refused
}

/** A pool of which no NIC was written is where it was, and nobody has to wait for it. */
async function forgetUnmoved(keeper: JournalKeeper, pool: string): Promise<void> {
  const nics = keeper.of(pool)
  if (nics.every(({ writtenAt }) => writtenAt === undefined)) await keeper.forget(pool)
}

/** Looks into the pool first, which costs least. */
export const vmFinder = ({ pools, look, signal }: Pick<MigrationParts, 'pools' | 'look' | 'signal'>): VmFinder => {
  const inPool = async (pool: string, vmid: number): Promise<string | undefined> =>
    (await pools.read(pool, signal))?.nodes.get(vmid)
  return {
    inPool,
    anywhere: async (pool, vmid) =>
      (await inPool(pool, vmid)) ?? (await look()).guests.find((guest) => guest.vmid === vmid)?.node,
  }
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
