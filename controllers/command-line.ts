import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { ProxmoxError } from '../model/proxmox-error.ts'
import { UserError } from '../model/user-error.ts'
import type { Composition } from './commands/composition.ts'
import { addCompletion } from './complete-command-line.ts'
import { addMigrateHost, addMigrateNetworks } from './migrate-command-line.ts'
import type { LogOptions } from '../model/log-options.ts'
import { addLogOptions, logOptionsOf } from './log-command-line.ts'
import { addLooks } from './look-command-line.ts'
import { addSeeing } from './see-command-line.ts'
import { addSteering } from './steer-command-line.ts'
import { CONFIG_HELP, DEFAULT_CONFIG } from './commands/config-option.ts'
import { type Paint, paintFor } from './terminal/paint.ts'

/** What a command has of the process it runs in. */
export interface Outside {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean
    readonly columns?: number
    readonly rows?: number
  }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Aborts when the command is to end. Called once a command needs it. */
  readonly stopSignal: () => AbortSignal
  /** Calls back whenever a person asks for the configuration to be read again. Called once a command takes that. */
  readonly hangups: () => (listener: () => void) => void
}

/**
 * Runs the command of a command line. What a person can mend is told on standard error; anything else is thrown.
 *
 * @param args without the program's own name
 * @returns the exit status
 */
export async function runCommandLine(
  args: readonly string[],
  version: string,
  composition: Composition,
  outside: Outside,
): Promise<number> {
  let status = 0
  const finish = (ended: number): void => {
    status = ended
  }
  try {
    await lanistaCommands(version, composition, outside, finish).parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof UserError || error instanceof ProxmoxError)) throw error
    outside.stderr.write(`${error.message}\n`)
    return 1
  }
}

/** All commands, none of them run yet. @param finish told the exit status of the one that ran */
export function lanistaCommands(
  version: string,
  composition: Composition,
  outside: Outside,
  finish: (status: number) => void = () => undefined,
): Command {
  const { stdin, stdout, stderr, stopSignal, hangups } = outside
  const print = (line: string): void => void stdout.write(`${line}\n`)
  // As the command that is called was asked for.
  let log: LogOptions = {}
  // Only who runs on has a log: nobody wants lines of JSON among sentences.
  const spoken: Composition = {
    ...composition,
    openLog: () => composition.openTroubles((line) => void stderr.write(`${line}\n`), log.level === 'debug' ? log : {}),
    commitChecker: async (config, logger) => {
      const ofCommit = await composition.commitChecker(config, logger)
      if (ofCommit !== undefined) stderr.write(`${ofCommit.inForce}\n`)
      return ofCommit
    },
    connect: async (config, logger) => {
      const connected = await composition.connect(config, logger)
      // Where none is in force, the command says why when it needs one.
      const inForce = await connected.git?.inForce().catch(() => undefined)
      if (inForce !== undefined) stderr.write(`${inForce}\n`)
      return connected
    },
  }
  const paint = (): Paint => paintFor(stdout, composition.environment)
  const lanista = new Command('lanista')
    .description('Runs Ludus cyber ranges on a Proxmox VE cluster: watches range files and makes Proxmox match.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
  // Each command loads what it needs when it is called: asking for the version, or a plan, should not wait for a simulator.
  lanista
    .command('run')
    .description('watch the range files and keep Proxmox matching')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--once', 'converge once and end: status 0 when all ranges are Ready, 1 otherwise', false)
    .option('--plan <file>', 'with --once: carry out exactly this plan of lanista plan --out, or nothing')
    .action(async (options: { config: string; once: boolean; plan?: string }) => {
      const onReloadRequest = options.once ? (): void => undefined : hangups()
      const { runCommand } = await import('./commands/run.ts')
      const logged = { ...composition, openLog: () => composition.openLog(log) }
      finish(await runCommand({ ...options, onReloadRequest }, logged, print, stopSignal()))
    })
  lanista
    .command('plan')
    .description(
      'print what a run would change and why; writes nothing. Status 0: nothing to do, 2: changes, 1: error, or a range is suspended',
    )
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option(
      '--without-node <node>',
      'tell instead which VMs would be down without a node, and where they could be made',
    )
    .option(
      '--git <ref>',
      'plan a commit of the repository in place of the one in force: a branch, tag, full ref or id',
    )
    .option('--format <format>', 'text, markdown, github or json', 'text')
    .option('--out <file>', 'keep the plan in a file, to be carried out by lanista run --once --plan')
    .action(async (given: { config: string; withoutNode?: string; git?: string; format: string; out?: string }) => {
      const options = { ...given, withoutNode: given.withoutNode, git: given.git }
      const { planCommand } = await import('./commands/plan.ts')
      const complain = (line: string): void => void stderr.write(`${line}\n`)
      // What is for others says itself which commit it is of, and where nothing of this machine may be told.
      const own = given.format === 'text' ? spoken : composition
      finish(await planCommand(options, own, { paint: paint(), print, complain }, stopSignal()))
    })
  const seeing = { composition: spoken, outside, print, paint, finish }
  addSeeing(lanista, seeing)
  addSteering(lanista, seeing)
  addCompletion(lanista, seeing)
  lanista
    .command('explain')
    .description('say why a VM is on its node, or which it would get and why. Status 0: it has a node, 1: none')
    .argument('<range/vm>', 'such as JD/JD-DC01; the router by its name as well')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--file <file>', 'a range file that is not in the folder, or in place of the one that is')
    .option('--format <format>', 'text or json', 'text')
    .action(async (vm: string, { config, file, format }: { config: string; file?: string; format: string }) => {
      const { explainCommand } = await import('./commands/explain.ts')
      finish(await explainCommand({ vm, config, file, format }, spoken, paint(), print, stopSignal()))
    })
  lanista
    .command('trace')
    .description(
      "say which range something is of, and which line of which file, and whose commit, asked for it. Status 0: one thing of a range, 1: none, several, or nobody's",
    )
    .argument('<thing>', "a VM's name, VMID, IP or MAC address, a range id, a VNet or a bridge")
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (thing: string, { config, format }: { config: string; format: string }) => {
      const { traceCommand } = await import('./commands/trace.ts')
      const warn = (line: string): void => void stderr.write(`${line}\n`)
      finish(await traceCommand({ thing, config, format }, spoken, paint(), print, warn, stopSignal()))
    })
  lanista
    .command('fit')
    .description('say how many copies of a range fit now, and what runs out first. Status 0: all, 1: fewer')
    .argument('<file>', 'a range file')
    .option('--copies <number>', 'how many are wanted', '1')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (file: string, options: { copies: string; config: string; format: string }) => {
      const { fitCommand } = await import('./commands/fit.ts')
      finish(await fitCommand({ file, ...options }, spoken, paint(), print, stopSignal()))
    })
  lanista
    .command('inventory')
    .description("print the VMs that exist, in the protocol of Ansible's inventory scripts; writes nothing")
    .option('--list', 'all VMs with their groups and variables', false)
    .option('--host <name>', "one VM's variables")
    .option('--range <id>', 'only the VMs of this range')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .action(async (given: { list: boolean; host?: string; range?: string; config: string }) => {
      const options = { ...given, host: given.host, range: given.range }
      const { inventoryCommand } = await import('./commands/inventory.ts')
      const warn = (line: string): void => void stderr.write(`${line}\n`)
      finish(await inventoryCommand(options, spoken, print, warn, stopSignal()))
    })
  lanista
    .command('destroy')
    .description(
      'remove a range: shows what there is of it, and asks. Status 0: nothing of it is left, 1: something is',
    )
    .argument('<range>', 'the range id')
    .option('--yes', 'do not ask', false)
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .action(async (range: string, { config, yes }: { config: string; yes: boolean }) => {
      const { destroyCommand } = await import('./commands/destroy.ts')
      const { questioner } = await import('./terminal/questioner.ts')
      const conversation = { print, paint: paint(), question: questioner(stdin, stdout) }
      finish(await destroyCommand({ range, config, yes }, spoken, conversation, stopSignal()))
    })
  lanista
    .command('approve')
    .description(
      'approve that ranges go whose files are gone, or of a commit of range files. Status 0: approved, 1: not',
    )
    .option('--commit <id>', 'the commit that is to go in force, in place of ranges that go')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--yes', 'approve without a question', false)
    .action(async (given: { commit?: string; config: string; yes: boolean }) => {
      const options = { ...given, commit: given.commit }
      const { approveCommand } = await import('./commands/approve.ts')
      const { questioner } = await import('./terminal/questioner.ts')
      finish(await approveCommand(options, spoken, print, questioner(stdin, stdout)))
    })
  lanista
    .command('validate')
    .description('check range files and say all that is wrong with them. Status 0: nothing, 1: problems')
    .argument('[path...]', 'files, and folders of range files; default: the configured folder, else the current one')
    .option('--config <file>', `${CONFIG_HELP} (default: "${DEFAULT_CONFIG}" where it exists)`)
    .option('--format <format>', 'text, json, sarif or github', 'text')
    .option('--online', 'also check nodes, templates and storage on the cluster of the configuration', false)
    .action(async (paths: string[], given: { config?: string; format: string; online: boolean }) => {
      const { validateCommand } = await import('./commands/validate.ts')
      const config = given.config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined)
      finish(await validateCommand({ ...given, paths, config }, spoken, paint(), print, stopSignal()))
    })
  const complain = (line: string): void => void stderr.write(`${line}\n`)
  const columns = stdout.isTTY === true ? stdout.columns : undefined
  addLooks(lanista, { composition: spoken, print, columns, complain, paint, finish, stopSignal })
  const migrate = lanista
    .command('migrate')
    .description('move an existing Ludus installation from bridges to SDN networks')
  const acting = { composition: spoken, outside, print, paint, finish }
  addMigrateNetworks(migrate, acting)
  addMigrateHost(migrate, acting)
  lanista
    .command('simulate')
    .description('run a simulated Proxmox VE cluster alone')
    .option('--cluster <file>', 'description of the cluster (YAML); default: the demo cluster')
    .option('--listen <address:port>', 'address of the first node; the others take the ports after it')
    .option('--json', 'print {"url","nodes","token","fingerprint"} as the first line', false)
    .action(async ({ cluster, listen, json }: { cluster?: string; listen?: string; json: boolean }) => {
      const { simulateCommand } = await import('./commands/simulate.ts')
      finish(await simulateCommand({ cluster, listen, json }, composition, print, stopSignal()))
    })
  lanista
    .command('demo')
    .description('show Lanista at work on a simulated cluster')
    .option('--until-ready', 'end with status 0 as soon as both example ranges are Ready', false)
    .option('--listen <address:port>', 'address of /metrics, /healthz and /readyz', '127.0.0.1:8480')
    .action(async (options: { untilReady: boolean; listen: string }) => {
      const { demoCommand } = await import('./commands/demo.ts')
      finish(await demoCommand(options, composition, stdout, stopSignal()))
    })
  lanista
    .command('config')
    .description('show the value in force of each setting, and where it comes from')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (options: { config: string; format: string }) => {
      const { configCommand } = await import('./commands/config.ts')
      finish(await configCommand(options, composition, paint(), print))
    })
  lanista
    .command('schema')
    .description('print the JSON schema of range files or of the configuration, for editors, or of a report of doctor')
    .argument('[file]', 'range, config or doctor', 'range')
    .action(async (name: string) => {
      const { schemaCommand } = await import('./commands/schema.ts')
      finish(schemaCommand(name, print))
    })
  addLogOptions(lanista)
  lanista.hook('preAction', (_, called) => {
    log = logOptionsOf(called.opts(), stderr, composition.environment)
  })
  return lanista
}
