import { type Command, CommanderError } from 'commander'
import { CONFIG_HELP, DEFAULT_CONFIG } from './commands/config-option.ts'
import type { Composition } from './commands/composition.ts'
import type { Paint } from './terminal/paint.ts'

/** What the actions of commands use. */
interface Acting {
  readonly composition: Composition
  readonly print: (line: string) => void
  readonly paint: () => Paint
  /** Of the terminal that is printed to; undefined where there is none. */
  readonly columns: number | undefined
  /** Prints what went wrong. */
  readonly complain: (line: string) => void
  readonly finish: (status: number) => void
  readonly stopSignal: () => AbortSignal
}

/** Adds the verbs that compare what is there with what is asked or needed, and write nothing: `lanista doctor` and `diff`. */
export function addLooks(lanista: Command, acting: Acting): void {
  const { composition, print, complain, paint, finish, stopSignal } = acting
  lanista
    .command('doctor')
    .description(
      'check all that a run depends on, before the first one and at any time; writes nothing to Proxmox. Status 0: nothing fails, 1: something does',
    )
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('-o, --output <format>', 'table or json', 'table')
    .option('--timeout <duration>', 'how long each check may take', '10s')
    .action(async (options: { config: string; output: string; timeout: string }) => {
      const { doctorCommand } = await import('./commands/doctor.ts')
      finish(await doctorCommand({ ...options, columns: acting.columns }, composition, paint(), print, stopSignal()))
    })
  lanista
    .command('diff')
    .description(
      'show field by field what Proxmox has against what range files ask, as a unified diff; writes nothing. Status 0: the same, 1: it differs, 2: error',
    )
    .argument('[range|file]', 'a range id, or a range file, in the folder or not; default: all ranges')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    // As diff's: what it can't make sense of is no difference.
    .exitOverride((error) => {
      throw new CommanderError(error.exitCode === 0 ? 0 : ERROR_OF_DIFF, error.code, error.message)
    })
    .action(async (what: string | undefined, { config }: { config: string }) => {
      const { diffCommand } = await import('./commands/diff.ts')
      finish(await diffCommand({ what, config }, composition, { paint: paint(), print, complain }, stopSignal()))
    })
}

const ERROR_OF_DIFF = 2

/** The exit status of a command whose output could not be written, such as to a full disk. @param args of the command line */
export const statusOfLostOutput = (args: readonly string[]): number => (args[0] === 'diff' ? ERROR_OF_DIFF : 1)
