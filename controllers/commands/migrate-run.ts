import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { planMigration } from '../../reconcilers/migration/plan-migration.ts'
import { clusterOf } from '../../reconcilers/migration/journal-cluster.ts'
import { withoutArrived } from '../../reconcilers/migration/journal-of-plan.ts'
import type { MigrationSeen } from '../../reconcilers/migration/migration-seen.ts'
import { oldNatBridge } from '../../reconcilers/migration/old-nat-bridge.ts'
import { newNetworksOf } from '../../reconcilers/migration/new-networks.ts'
import {
  begunOutside,
  type MigrationScope,
  movedPools,
  scopeWithBegun,
} from '../../reconcilers/migration/pools-to-move.ts'
import { makeVnets } from '../migration/make-vnets.ts'
import { type Migrated, migrate, type MigrationParts } from '../migration/migrate.ts'
import { vmsWithOldMtu } from '../migration/old-mtu-vms.ts'
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
  /** Whether VMs that keep the MTU of their bridge are rebooted. */
  readonly reboot: boolean
}

/**
 * `lanista migrate run`: carries out what `migrate plan` shows, and what an earlier run has begun.
 *
 * @returns the exit status: 0 all that was asked for is moved (made, with `onlyNetworks`), and rebooted where that was asked for;
 *   1 something is not
 */
export async function migrateRunCommand(
  { config: configFile, ranges, pools, onlyNetworks, reboot }: MigrateRunOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  return await withMigration(connected, composition, { verb: 'run', say: print, signal }, (parts) =>
    run(config, connected, { ranges, pools, onlyNetworks, reboot }, composition, parts),
  )
}

async function run(
  config: ServerConfig,
  connected: Connected,
  { ranges, pools, onlyNetworks, reboot }: Omit<MigrateRunOptions, 'config'>,
  { clock }: Pick<Composition, 'clock'>,
  parts: MigrationParts,
): Promise<number> {
  const { say: print, signal } = parts
  const seen = await lookAtInstallation(connected, clock.now(), signal)
  poolsThatAre([...ranges, ...pools], seen)
  const journal = await parts.store.read()
  const configured = planSettingsOf(config)
  const settings = { ...configured, natBridge: oldNatBridge(configured.natBridge, journal) }
  mustBeJournalOf(journal, seen.snapshot, 'run', config)
  if (journal?.onBridges !== undefined) await parts.store.write(withoutArrived(journal, seen))
  const outside = begunOutside({ ranges, pools }, journal)
  const plan = planMigration(seen, scopeWithBegun({ ranges, pools }, journal), settings)
  if (plan.obstacles.length > 0) {
    for (const { message } of plan.obstacles) print(`! ${message}`)
    sayWhoMayBeOff(journal?.reboots, print)
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
  const { mtu } = newNetworksOf(seen.snapshot, settings)
  const where = { natBridge: settings.natBridge, cluster: clusterOf(seen.snapshot) }
  const result = await migrate(plan, { scope: { ranges, pools }, outside, where, reboots: reboot, mtu }, parts)
  await sayWhoKeepsOldMtu({ ranges, pools }, seen, mtu, reboot, parts)
  if (!reboot) sayWhoMayBeOff(journal?.reboots, print)
  if (reboot && mtu === undefined)
    print(`# the MTU of zone ${settings.zone} is not known, so nobody is rebooted; set its mtu, then run this again`)
  print(summaryOf(result))
  const { notMoved, stuck, ungranted, lostAddresses, notRebooted } = result
  const troubles = [inTheWay, [...notMoved], [...stuck], ungranted, lostAddresses, notRebooted]
  return troubles.every(({ length }) => length === 0) ? 0 : 1
}

/** Resolves with whether all of them are in force where the VMs are that are to move. */
async function makeOnlyVnets(plan: MigrationPlan, { networks, clock, signal, say }: MigrationParts): Promise<boolean> {
  const { lacking } = await makeVnets(plan, networks, clock, signal)
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
    async (parts) => {
      const { reboots = [] } = (await parts.store.read()) ?? {}
      const result = await rollBack(ranges, {
        ...parts,
        checkJournal: (journal, seen) => mustBeJournalOf(journal, seen, 'rollback', config),
      })
      const left = (await parts.store.read())?.reboots ?? []
      const forgotten = reboots.filter(({ vmid }) => !left.some((each) => each.vmid === vmid))
      for (const { vmid } of forgotten) print(`# VM ${vmid} was to be rebooted, and ${MAY_BE_OFF}: qm start ${vmid}`)
      return result
    },
  )
  if (back.length + stuck.size === 0) print('nothing to put back: no move is in the journal')
  else print(`put back: ${back.length === 0 ? 'none' : back.join(', ')}${namedPart('not put back', [...stuck.keys()])}`)
  return stuck.size === 0 ? 0 : 1
}

/** Without `--reboot` that is for a person, at the end, where it is read; with it only what nobody can tell is. */
async function sayWhoKeepsOldMtu(
  scope: MigrationScope,
  { snapshot }: MigrationSeen,
  mtu: number | undefined,
  reboot: boolean,
  parts: MigrationParts,
): Promise<void> {
  const { store, say } = parts
  const journal = await store.read()
  const pools = movedPools(scope, journal)
  const nodes = snapshot.nodes.flatMap(({ name, online }) => (online ? [name] : []))
  const { vms, untold } = await vmsWithOldMtu(
    (journal?.nics ?? []).filter(({ pool }) => pools.includes(pool)),
    nodes,
    mtu,
    parts,
  )
  for (const line of untold) say(`# ${line}`)
  if (reboot) return
  for (const { vmid, name, node } of vms)
    say(
      `# vm ${name} keeps the MTU of its bridge, so that large packets are lost, until it is rebooted: qm reboot ${vmid} (on ${node})`,
    )
  if (vms.length > 0) say('# lanista migrate run --reboot reboots them, range by range')
}

/** Whoever was to be rebooted when an earlier run was ended, or did not go down in time. */
function sayWhoMayBeOff(reboots: MigrationJournal['reboots'], print: (line: string) => void): void {
  for (const { vmid } of reboots ?? [])
    print(
      `# VM ${vmid} was to be rebooted, and ${MAY_BE_OFF}: lanista migrate run --reboot starts it, or qm start ${vmid}`,
    )
}

const MAY_BE_OFF = 'nobody has seen it up since; if it is off'

function summaryOf({ moved, notMoved, stuck, rebooted, notRebooted }: Migrated): string {
  const reboots = `${namedPart('rebooted', rebooted)}${notRebooted.length === 0 ? '' : `; not rebooted: ${notRebooted.length}`}`
  if (moved.length + notMoved.size + stuck.size === 0) return `nothing to move${reboots}`
  const done = moved.length === 0 ? 'none' : moved.join(', ')
  return `moved: ${done}${namedPart('not moved', [...notMoved.keys()])}${namedPart('half moved', [...stuck.keys()])}${reboots}`
}

const namedPart = (what: string, pools: readonly string[]): string =>
  pools.length === 0 ? '' : `; ${what}: ${pools.join(', ')}`
