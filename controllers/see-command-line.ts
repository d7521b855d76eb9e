import type { Command } from 'commander'
import type { Composition } from './commands/composition.ts'
import { CONFIG_HELP, DEFAULT_CONFIG } from './commands/config-option.ts'
import type { LanistaOptions } from './commands/open-lanista.ts'
import type { SeeingTerminal } from './commands/seeing-terminal.ts'
import { KIND_WORDS, KINDS } from './seeing/kinds.ts'
import { LABELS } from './seeing/labels.ts'
import type { Paint } from './terminal/paint.ts'
import { wrapped } from './terminal/wrapped.ts'

/** What the actions of commands that look use. */
export interface SeeingActing {
  readonly composition: Composition
  readonly outside: {
    readonly stdout: NodeJS.WritableStream & {
      readonly isTTY?: boolean
      readonly columns?: number
      readonly rows?: number
    }
    readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
    readonly stopSignal: () => AbortSignal
  }
  readonly print: (line: string) => void
  readonly paint: () => Paint
  readonly finish: (status: number) => void
}

/** Where the environment names a Lanista elsewhere. */
const SERVER_VARIABLE = 'LANISTA_SERVER'
const TOKEN_FILE_VARIABLE = 'LANISTA_TOKEN_FILE'

export interface PlaceGiven {
  readonly config: string
  readonly server?: string
  readonly tokenFile?: string
}

/** Adds the options that say which Lanista is spoken with. */
export const withPlace = (command: Command): Command =>
  command
    .option('--config <file>', `${CONFIG_HELP}, of the Lanista on this machine`, DEFAULT_CONFIG)
    .option('--server <url>', `a Lanista elsewhere, such as https://lanista.example.org:8480; or ${SERVER_VARIABLE}`)
    .option('--token-file <file>', `file with the token for --server; or ${TOKEN_FILE_VARIABLE}`)

/** What the options, and then the environment, say of where Lanista is. */
export function placeOf({ config, server, tokenFile }: PlaceGiven, environment: NodeJS.ProcessEnv): LanistaOptions {
  const said = (given: string | undefined, variable: string): string | undefined =>
    given ?? (environment[variable] === '' ? undefined : environment[variable])
  const place = said(server, SERVER_VARIABLE)
  return { config, server: place, tokenFile: place === undefined ? tokenFile : said(tokenFile, TOKEN_FILE_VARIABLE) }
}

/** The terminal as commands that look have it. */
export function seeingTerminal({ composition, outside, print, paint }: SeeingActing): SeeingTerminal {
  const { stdout, stderr } = outside
  const room = stderr.isTTY === true ? (stderr.columns ?? 80) : undefined
  const isTerminal = stdout.isTTY === true
  return {
    print,
    warn: (line) => void stderr.write(`${wrapped(line, room).join('\n')}\n`),
    paint: paint(),
    width: isTerminal ? (stdout.columns ?? 80) : undefined,
    screen: isTerminal ? stdout : undefined,
    clock: composition.clock,
  }
}

const OUTPUT_HELP = 'table, wide, json, yaml or name'

/** Aborts when the command is to end, or nobody reads what it prints any more: what goes on with each change would go on for nobody. */
function whileRead({ outside: { stdout, stopSignal } }: SeeingActing): AbortSignal {
  const unread = new AbortController()
  stdout.on('error', () => unread.abort(new Error('nobody reads on')))
  return AbortSignal.any([stopSignal(), unread.signal])
}

const labelsHelp = (): string =>
  [
    '',
    'Kinds, and the labels of each for --selector:',
    ...KINDS.map((kind) => `  ${KIND_WORDS[kind][1].padEnd(10)} ${Object.keys(LABELS[kind]).join(', ')}`),
  ].join('\n')

interface ListGiven extends PlaceGiven {
  readonly output: string
  readonly selector?: string
  readonly watch: boolean
  readonly header: boolean
}

/** Adds the commands that look: `get`, `describe`, `tree`, `events` and `logs`. */
export function addSeeing(lanista: Command, acting: SeeingActing): void {
  const { composition, outside, finish } = acting
  const place = (given: PlaceGiven): LanistaOptions => placeOf(given, composition.environment)
  withPlace(lanista.command('get'))
    .description('list ranges, VMs, networks, nodes, templates or events. Status 0, or 1: something named is not there')
    .argument('<kind>', 'ranges, vms, networks, nodes, templates or events; singular and short forms too')
    .argument('[name...]', 'only these')
    .option('-o, --output <format>', OUTPUT_HELP, 'table')
    .option('-l, --selector <labels>', 'only those with these labels, such as state=NotReady,node!=pve1')
    .option('-w, --watch', 'go on with each change, until Ctrl-C', false)
    .option('--no-header', 'without the line of titles')
    .addHelpText('after', labelsHelp())
    .action(async (kind: string, names: string[], given: ListGiven) => {
      const { getCommand } = await import('./commands/get.ts')
      const options = { kind, names, ...given, ...place(given), selector: given.selector }
      finish(await getCommand(options, composition, seeingTerminal(acting), whileRead(acting)))
    })
  withPlace(lanista.command('describe'))
    .description(
      'tell all that is known of a range, a VM, a node or a network: state, since when and why, what was tried, what is next. Status 0, or 1: it is not there',
    )
    .argument('<kind>', 'range, vm, node or network')
    .argument('[name...]', 'such as JD, JD/JD-DC01, pve1, r3')
    .action(async (kind: string, names: string[], given: PlaceGiven) => {
      const { describeCommand } = await import('./commands/describe.ts')
      const options = { kind, names, ...place(given) }
      finish(await describeCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
  withPlace(lanista.command('tree'))
    .description('show a range, its network and its VMs by VLAN as a tree. Status 0, or 1: there is no such range')
    .argument('<range>', 'the range id')
    .action(async (range: string, given: PlaceGiven) => {
      const { treeCommand } = await import('./commands/tree.ts')
      finish(await treeCommand({ range, ...place(given) }, composition, seeingTerminal(acting), outside.stopSignal()))
    })
  withPlace(lanista.command('events'))
    .description('list what has happened, of a range and its VMs or of everything. Status 0')
    .argument('[range]', 'the range id')
    .option('--since <time>', 'so long ago, such as 30m or 2h, or since a moment in ISO 8601')
    .option('--types <types>', 'Warning or Normal, or reasons such as Ready, with commas between them')
    .option('-o, --output <format>', OUTPUT_HELP, 'table')
    .option('-l, --selector <labels>', `only those with these labels: ${Object.keys(LABELS.events).join(', ')}`)
    .option('-w, --watch', 'go on with each event, until Ctrl-C', false)
    .option('--no-header', 'without the line of titles')
    .action(async (range: string | undefined, given: ListGiven & { since?: string; types?: string }) => {
      const { eventsCommand } = await import('./commands/events.ts')
      const { since, types, selector } = given
      const options = { ...given, ...place(given), range, since, types, selector }
      finish(await eventsCommand(options, composition, seeingTerminal(acting), whileRead(acting)))
    })
  withPlace(lanista.command('logs'))
    .description(
      'print what the controller has logged of a range or of one VM. Status 0, or 1: there is no such range or VM, or no Lanista runs',
    )
    .argument('<range[/vm]>', 'such as JD or JD/JD-DC01')
    .option('--proxmox', "also the logs of the VMs' tasks, read from Proxmox with the configuration's token", false)
    .option('--since <time>', 'so long ago, such as 30m or 2h, or since a moment in ISO 8601')
    .option('--tail <lines>', "only so many of the controller's lines, the last")
    .action(async (of: string, given: PlaceGiven & { proxmox: boolean; since?: string; tail?: string }) => {
      const { logsCommand } = await import('./commands/logs.ts')
      const { proxmox, since, tail } = given
      const options = { of, ...place(given), proxmox, since, tail }
      finish(await logsCommand(options, composition, seeingTerminal(acting), outside.stopSignal()))
    })
}
