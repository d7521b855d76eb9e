import type { Command } from 'commander'
import { DEFAULT_CONFIG } from './commands/config-option.ts'
import type { LanistaOptions } from './commands/open-lanista.ts'
import { placeOf, type SeeingActing } from './see-command-line.ts'

/** Adds `completion`, which prints the script for a shell, and `__complete`, which the script asks what may come next. */
export function addCompletion(lanista: Command, { composition, outside, print, finish }: SeeingActing): void {
  lanista
    .command('completion')
    .description('print the script by which a shell completes command lines of lanista, names included')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionCommand } = await import('./commands/complete.ts')
      finish(completionCommand(shell, print))
    })
  lanista
    .command('__complete', { hidden: true })
    .argument('<shell>')
    .argument('[words...]')
    .action(async (shell: string, words: string[]) => {
      const { completeCommand } = await import('./commands/complete.ts')
      const place = (given: ReadonlyMap<string, string>): LanistaOptions => {
        const [server, tokenFile] = [given.get('--server'), given.get('--token-file')]
        const said = {
          config: given.get('--config') ?? DEFAULT_CONFIG,
          ...(server === undefined ? {} : { server }),
          ...(tokenFile === undefined ? {} : { tokenFile }),
        }
        return placeOf(said, composition.environment)
      }
      finish(await completeCommand(shell, words, lanista, place, composition, print, outside.stopSignal()))
    })
}
