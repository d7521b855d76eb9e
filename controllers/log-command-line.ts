import { type Command, Option } from 'commander'
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel, type LogOptions } from '../model/log-options.ts'

/** What a person may say of the log. */
interface LogGiven {
  readonly logFormat?: LogFormat
  readonly logLevel?: LogLevel
  readonly debug?: boolean
}

/** Where a log goes unless it has a file. */
interface LogTerminal {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** These have a configuration, and ask nothing of Proxmox. */
const ASK_NOTHING: ReadonlySet<string> = new Set(['config', 'approve'])

/** Adds `--debug` to every command that asks Proxmox, at any depth, and the form of the log to `run`, which alone has one. */
export function addLogOptions(lanista: Command): void {
  for (const command of lanista.commands) {
    addLogOptions(command)
    if (command === lanista.commands.find((each) => each.name() === 'run') && lanista.parent === null)
      command
        .addOption(
          new Option('--log-format <format>', 'default: human on a terminal, json elsewhere').choices([...LOG_FORMATS]),
        )
        .addOption(new Option('--log-level <level>', 'the least that is logged').choices([...LOG_LEVELS]))
    const isConfigured = command.options.some(({ long }) => long === '--config')
    if (isConfigured && !ASK_NOTHING.has(command.name()))
      command.option('--debug', 'also print every request to Proxmox: what came of it, and how long it took')
  }
}

/** How a log is to be, by what was said of it and where it goes. */
export function logOptionsOf(
  { logFormat, logLevel, debug }: LogGiven,
  { isTTY = false, columns }: LogTerminal,
  environment: NodeJS.ProcessEnv,
): LogOptions {
  const plain = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb'
  return {
    format: logFormat ?? (isTTY ? 'human' : 'json'),
    level: debug === true ? 'debug' : logLevel,
    columns,
    colour: isTTY && !plain,
  }
}
