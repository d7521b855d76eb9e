import type { Command } from 'commander'
import { CONFIG_HELP, DEFAULT_CONFIG } from './commands/config-option.ts'
import type { Composition } from './commands/composition.ts'
import type { Paint } from './terminal/paint.ts'

/** What the actions of commands use. */
interface Acting {
  readonly composition: Composition
  readonly print: (line: string) => void
  readonly paint: () => Paint
  readonly finish: (status: number) => void
  readonly stopSignal: () => AbortSignal
}

/** Adds the verbs that compare what is there with what is asked or needed, and write nothing: `lanista doctor`. */
export function addLooks(lanista: Command, { composition, print, paint, finish, stopSignal }: Acting): void {
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
      finish(await doctorCommand(options, composition, paint(), print, stopSignal()))
    })
}
