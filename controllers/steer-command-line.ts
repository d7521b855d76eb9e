import type { Command } from 'commander'
import type { LanistaOptions } from './commands/open-lanista.ts'
import { placeOf, type PlaceGiven, type SeeingActing, seeingTerminal, withPlace } from './see-command-line.ts'

/** How long is waited where nothing else is said: a large range takes that long. */
const PATIENCE = '30m'

/** Adds the commands that wait for ranges and ask things of a running Lanista: `wait`, `reconcile`, `suspend` and `resume`. */
export function addSteering(lanista: Command, acting: SeeingActing): void {
  const { composition, outside, finish } = acting
  const place = (given: PlaceGiven): LanistaOptions => placeOf(given, composition.environment)
  withPlace(lanista.command('wait'))
    .description(
      "wait until ranges are Ready, gone, or have a condition. Status 0, or 1: time is up, or one can't get there by itself",
    )
    .argument('[range...]', 'range ids')
    .option('--all', 'all ranges that there are', false)
    .option('--for <goal>', 'ready, absent, condition=TYPE or condition=TYPE=STATUS', 'ready')
    .option('--timeout <duration>', 'how long at most, such as 90s, 10m or 1h30m', PATIENCE)
    .action(async (ranges: string[], given: PlaceGiven & { all: boolean; for: string; timeout: string }) => {
      const { waitCommand } = await import('./commands/wait.ts')
      const options = { ranges, ...given, ...place(given) }
      finish(await waitCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
  withPlace(lanista.command('reconcile'))
    .description('have ranges looked at now. Status 0, or 1: it was refused, or with --wait one did not become Ready')
    .argument('[range...]', 'range ids; default: all')
    .option('--wait', 'until they are Ready with that look', false)
    .option('--timeout <duration>', 'how long --wait waits at most', PATIENCE)
    .action(async (ranges: string[], given: PlaceGiven & { wait: boolean; timeout: string }) => {
      const { reconcileCommand } = await import('./commands/reconcile.ts')
      const options = { ranges, ...given, ...place(given) }
      finish(await reconcileCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
  withPlace(lanista.command('suspend'))
    .description(
      'have a range left alone: nothing is created, changed or started, until it is resumed or its file is changed. Status 0, or 1: it was refused',
    )
    .argument('<range>', 'the range id')
    .requiredOption('--reason <text>', 'why, for whoever asks')
    .option('--until <time>', 'when it ends by itself: a date, a moment with its zone, or how long, such as 4h')
    .action(async (range: string, given: PlaceGiven & { reason: string; until?: string }) => {
      const { suspendCommand } = await import('./commands/suspend.ts')
      const options = { range, ...place(given), reason: given.reason, until: given.until }
      finish(await suspendCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
  withPlace(lanista.command('resume'))
    .description('have a range go on that was suspended by a person. Status 0, or 1: it was refused')
    .argument('<range>', 'the range id')
    .action(async (range: string, given: PlaceGiven) => {
      const { resumeCommand } = await import('./commands/suspend.ts')
      const options = { range, ...place(given) }
      finish(await resumeCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
}
