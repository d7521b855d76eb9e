import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import type { MigrationSeen } from '../../reconcilers/migration/migration-seen.ts'
import { oldNatBridge } from '../../reconcilers/migration/old-nat-bridge.ts'
import { planMigration } from '../../reconcilers/migration/plan-migration.ts'
import { type MigrationScope, scopeWithBegun } from '../../reconcilers/migration/pools-to-move.ts'
import { migrationText } from '../terminal/migration-text.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Composition } from './composition.ts'
import { mustBeJournalOf } from './journal-of-this-cluster.ts'
import { lookAtInstallation } from './look-at-installation.ts'
import { mustBeTextOrJson } from './text-or-json.ts'

export interface MigratePlanOptions extends MigrationScope {
  readonly config: string
  readonly format: string
}

/**
 * `lanista migrate plan`: what moves from bridges to VNets, and all that is in the way. Writes nothing.
 *
 * @returns the exit status: 0 nothing to do, 2 something is to move, 1 something is in the way
 */
export async function migratePlanCommand(
  { config: configFile, format, ranges, pools }: MigratePlanOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  mustBeTextOrJson(format)
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  const seen = await lookAtInstallation(connected, composition.clock.now(), signal)
  poolsThatAre([...ranges, ...pools], seen)
  const journal = await connected.migration.journal.read()
  mustBeJournalOf(journal, seen.snapshot, 'plan', config)
  const scope = scopeWithBegun({ ranges, pools }, journal)
  const settings = planSettingsOf(config)
  const natBridge = oldNatBridge(settings.natBridge, journal)
  const plan = planMigration(seen, scope, { ...settings, natBridge })
  const { wants: _wants, ...shown } = plan
  if (format === 'json') print(JSON.stringify(shown, undefined, 2))
  else for (const line of migrationText(plan, seen.warnings, paint)) print(line)
  return exitStatusOf(plan)
}

/** Throws a `UserError` unless there are pools of these names. */
export function poolsThatAre(names: readonly string[], { snapshot }: Pick<MigrationSeen, 'snapshot'>): void {
  const unknown = names.find((pool) => !snapshot.pools.includes(pool))
  if (unknown !== undefined)
    throw new UserError(
      `${printable(unknown)}: there is no pool of that name on the cluster; see Datacenter > Permissions > Pools`,
    )
}

function exitStatusOf({ pools, obstacles, grants }: MigrationPlan): number {
  if (obstacles.length > 0 || pools.some((pool) => pool.obstacles.length > 0)) return 1
  return grants.length > 0 || pools.some(({ vms }) => vms.length > 0) ? 2 : 0
}
