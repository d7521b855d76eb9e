import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { planMigration } from '../../reconcilers/migration/plan-migration.ts'
import { clusterOf } from '../../reconcilers/migration/journal-cluster.ts'
import { withoutArrived } from '../../reconcilers/migration/journal-of-plan.ts'
import { begunOutside, type MigrationScope, scopeWithBegun } from '../../reconcilers/migration/pools-to-move.ts'
import { makeVnets } from '../migration/make-vnets.ts'
import { type Migrated, migrate, type MigrationParts } from '../migration/migrate.ts'
import { rollBack } from '../migration/roll-back.ts'
import type { Composition, Connected } from './composition.ts'
import { mustBeJournalOf } from './journal-of-this-cluster.ts'
import { lookAtInstallation } from './look-at-installation.ts'
import { poolsThatAre } from './migrate-plan.ts'
import { withMigration } from './open-migration.ts'

export interface MigrateRunOptions extends MigrationScope {
  readonly config: string
  /** Only the VNets are made, so that what is in the way of an apply shows before any NIC is cut off. */
  readonly onlyNetworks: boolean
}

/**
 * `lanista migrate run`: carries out what `migrate plan` shows, and what an earlier run has begun.
 *
 * @returns the exit status: 0 all that was asked for is moved (made, with `onlyNetworks`), 1 something is not
 */
export async function migrateRunCommand(
  { config: configFile, ranges, pools, onlyNetworks }: MigrateRunOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  return await withMigration(connected, composition, { verb: 'run', say: print, signal }, (parts) =>
    run(config, connected, { ranges, pools, onlyNetworks }, composition, parts),
  )
}

async function run(
  config: ServerConfig,
  connected: Connected,
  { ranges, pools, onlyNetworks }: Omit<MigrateRunOptions, 'config'>,
  { clock }: Pick<Composition, 'clock'>,
  parts: MigrationParts,
): Promise<number> {
  const { say: print, signal } = parts
  const seen = await lookAtInstallation(connected, clock.now(), signal)
  poolsThatAre([...ranges, ...pools], seen)
  const settings = planSettingsOf(config)
  const journal = await parts.store.read()
  mustBeJournalOf(journal, seen.snapshot, 'run', config)
  if (journal?.onBridges !== undefined) await parts.store.write(withoutArrived(journal, seen))
  const outside = begunOutside({ ranges, pools }, journal)
  const plan = planMigration(seen, scopeWithBegun({ ranges, pools }, journal), settings)
  if (plan.obstacles.length > 0) {
    for (const { message } of plan.obstacles) print(`! ${message}`)
    print('nothing is moved')
    return 1
  }
  const inTheWay = plan.pools.flatMap(({ obstacles }) => obstacles)
  for (const { message } of inTheWay) print(`! ${message}`)
  if (onlyNetworks) return (await makeOnlyVnets(plan, parts)) && inTheWay.length === 0 ? 0 : 1
  if (outside.length > 0)
    print(
      `# begun earlier, and not asked for now: ${outside.join(', ')}; lanista migrate run without --range carries on`,
    )
  const result = await migrate(
    plan,
    outside,
    { natBridge: settings.natBridge, cluster: clusterOf(seen.snapshot) },
    parts,
  )
  print(summaryOf(result))
  const { notMoved, stuck, ungranted } = result
  return inTheWay.length + notMoved.size + stuck.size + ungranted.length === 0 ? 0 : 1
}

/** Resolves with whether all of them are in force where the VMs are that are to move. */
async function makeOnlyVnets(plan: MigrationPlan, { maker, clock, signal, say }: MigrationParts): Promise<boolean> {
  const lacking = await makeVnets(plan, maker, clock, signal)
  for (const [pool, why] of lacking) say(`! ${pool}: ${why}`)
  const names = [...new Set(plan.wants.vnets.map(({ name }) => name))].sort()
  if (names.length === 0) say('nothing to move, so no VNet is made')
  else if (lacking.size === 0) say(`in force on the nodes of their VMs: ${names.join(', ')}; no NIC is moved`)
  return lacking.size === 0
}

/**
 * `lanista migrate rollback`: NICs as they were before the move, by the journal.
 *
 * @returns the exit status: 0 all are back, 1 some are not
 */
export async function migrateRollbackCommand(
  { config: configFile, ranges }: Pick<MigrateRunOptions, 'config' | 'ranges'>,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  const { back, stuck } = await withMigration(
    connected,
    composition,
    { verb: 'rollback', say: print, signal },
    (parts) =>
      rollBack(ranges, {
        ...parts,
        checkJournal: (journal, seen) => mustBeJournalOf(journal, seen, 'rollback', config),
      }),
  )
  if (back.length + stuck.size === 0) print('nothing to put back: no move is in the journal')
  else print(`put back: ${back.length === 0 ? 'none' : back.join(', ')}${namedPart('not put back', [...stuck.keys()])}`)
  return stuck.size === 0 ? 0 : 1
}

function summaryOf({ moved, notMoved, stuck }: Migrated): string {
  if (moved.length + notMoved.size + stuck.size === 0) return 'nothing to move'
  const done = moved.length === 0 ? 'none' : moved.join(', ')
  return `moved: ${done}${namedPart('not moved', [...notMoved.keys()])}${namedPart('half moved', [...stuck.keys()])}`
}

const namedPart = (what: string, pools: readonly string[]): string =>
  pools.length === 0 ? '' : `; ${what}: ${pools.join(', ')}`
