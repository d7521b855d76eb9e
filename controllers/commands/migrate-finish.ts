import type { MigrationJournal } from '../../model/migration-journal.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { FinishPlan } from '../../model/plan/finish-plan.ts'
import { UserError } from '../../model/user-error.ts'
import { oldNatBridge } from '../../reconcilers/migration/old-nat-bridge.ts'
import { planFinish } from '../../reconcilers/migration/plan-finish.ts'
import type { FinishSeen } from '../../reconcilers/migration/finish-seen.ts'
import { BridgeFinisher, type Finished } from '../migration/finish.ts'
import type { MigrationParts } from '../migration/migrate.ts'
import { rangesInJournal } from '../migration/roll-back.ts'
import { finishText } from '../terminal/finish-text.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Composition, Connected } from './composition.ts'
import { mustBeJournalOf } from './journal-of-this-cluster.ts'
import { lookAtFinish } from './look-at-finish.ts'
import { withMigration } from './open-migration.ts'

export interface MigrateFinishOptions {
  readonly config: string
  /** Whose bridges; empty: all. */
  readonly ranges: readonly string[]
  /** Don't ask. */
  readonly yes: boolean
}

/** How people are spoken to. */
interface Conversation {
  readonly print: (line: string) => void
  readonly paint: Paint
  /** Undefined where nobody is there to answer. */
  readonly question: ((text: string) => Promise<string>) | undefined
}

/**
 * `lanista migrate finish`: shows which old range bridges nothing names any more, asks, and removes them.
 *
 * @returns the exit status: 0 they are removed, or there was nothing to do; 1 some stay, or something went wrong
 */
export async function migrateFinishCommand(
  { config: configFile, ranges, yes }: MigrateFinishOptions,
  composition: Composition,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  const about = { verb: 'finish', say: conversation.print, signal }
  return await withMigration(connected, composition, about, (parts) =>
    finish({ ranges, yes }, connected, composition, conversation, parts),
  )
}

async function finish(
  { ranges, yes }: Pick<MigrateFinishOptions, 'ranges' | 'yes'>,
  connected: Connected,
  { clock }: Pick<Composition, 'clock'>,
  { print, paint, question }: Conversation,
  { store, signal, say }: MigrationParts,
): Promise<number> {
  const journal = await store.read()
  rangesInJournal(ranges, journal, 'finished')
  if (journal === undefined) {
    print('nothing to remove: no move is in the journal')
    return 0
  }
  const settings = planSettingsOf(connected.config)
  const see = (): Promise<FinishSeen> => lookAtFinish(connected, journal, clock.now(), signal)
  const planOf = (of: MigrationJournal, seen: FinishSeen): FinishPlan => planFinish(of, seen, ranges, settings)
  const seen = await see()
  mustBeJournalOf(journal, seen.snapshot, 'finish', connected.config)
  const plan = planOf(journal, seen)
  for (const line of finishText(plan, paint)) print(line)
  print(`# the NAT bridge (${oldNatBridge(journal.natBridge, journal)}) is left to lanista migrate host`)
  if (plan.nodes.length === 0) {
    print(plan.stays.length === 0 ? 'nothing to remove' : 'nothing is removed')
    return plan.stays.length === 0 ? 0 : 1
  }
  if (plan.nodes.some(isWritten) && !yes) {
    if (question === undefined)
      throw new UserError(
        'migrate finish: nobody is at the terminal to agree to it; look at the lines above, then run it with --yes',
      )
    const answer = await question('Type yes to do this: ')
    if (answer.trim() !== 'yes') {
      print('nothing is removed')
      return 1
    }
  }
  const { bridges } = connected.proxmox
  const result = await new BridgeFinisher(journal, { bridges, store, see, planOf, signal, say }).finish(plan.nodes)
  print(summaryOf(result))
  return result.troubles.length + plan.stays.length === 0 ? 0 : 1
}

const isWritten = ({ remove, staged, unloaded }: FinishPlan['nodes'][number]): boolean =>
  remove.length + staged.length + unloaded.length > 0

const summaryOf = ({ removed }: Finished): string =>
  removed.length === 0
    ? 'removed: none'
    : `removed: ${removed.map(({ node, bridge }) => `${bridge} on ${node}`).join(', ')}`
