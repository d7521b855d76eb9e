#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { ProxmoxError } from '../model/proxmox-error.ts'
import { UserError } from '../model/user-error.ts'
import { compose } from './compose/compose.ts'
import { paintFor } from './terminal/paint.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
const composition = compose({ version, environment: process.env })
// Whoever reads our output may stop reading (`lanista plan | head`); that is no reason to break off.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const CONFIG_HELP = "Ludus' config.yml with a lanista: section"
const DEFAULT_CONFIG = '/opt/ludus/config.yml'

/** Aborts at the first Ctrl-C or SIGTERM: nothing further is begun, and what is under way is let go. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`received ${name}`)))
  return stop.signal
}

/** SIGHUP asks for a reload; from here on it no longer ends the process, even before anyone listens. */
function hangups(): (listener: () => void) => void {
  let listener = (): void => undefined
  process.on('SIGHUP', () => listener())
  return (next) => {
    listener = next
  }
}

function program(finish: (status: number) => void): Command {
  const lanista = new Command('lanista')
    .description('Runs Ludus cyber ranges on a Proxmox VE cluster: watches range files and makes Proxmox match.')
    .version(version)
    .exitOverride()
  // Each command loads what it needs when it is called: asking for the version, or a plan, should not wait for a simulator.
  lanista
    .command('run')
    .description('watch the range files and keep Proxmox matching')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--once', 'converge once and end: status 0 when all ranges are Ready, 1 otherwise', false)
    .action(async (options: { config: string; once: boolean }) => {
      const onReloadRequest = options.once ? (): void => undefined : hangups()
      const { runCommand } = await import('./commands/run.ts')
      finish(await runCommand({ ...options, onReloadRequest }, composition, print, stopSignal()))
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
    .action(async ({ config, withoutNode }: { config: string; withoutNode?: string }) => {
      const options = { config, withoutNode }
      const { planCommand } = await import('./commands/plan.ts')
      finish(await planCommand(options, composition, paintFor(process.stdout, process.env), print, stopSignal()))
    })
  lanista
    .command('explain')
    .description('say why a VM is on its node, or which it would get and why. Status 0: it has a node, 1: none')
    .argument('<range/vm>', 'such as JD/JD-DC01; the router by its name as well')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--file <file>', 'a range file that is not in the folder, or in place of the one that is')
    .option('--format <format>', 'text or json', 'text')
    .action(async (vm: string, { config, file, format }: { config: string; file?: string; format: string }) => {
      const { explainCommand } = await import('./commands/explain.ts')
      const paint = paintFor(process.stdout, process.env)
      finish(await explainCommand({ vm, config, file, format }, composition, paint, print, stopSignal()))
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
      const paint = paintFor(process.stdout, process.env)
      finish(await fitCommand({ file, ...options }, composition, paint, print, stopSignal()))
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
      const warn = (line: string): void => void process.stderr.write(`${line}\n`)
      finish(await inventoryCommand(options, composition, print, warn, stopSignal()))
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
      const paint = paintFor(process.stdout, process.env)
      const conversation = { print, paint, question: questioner(process.stdin, process.stdout) }
      finish(await destroyCommand({ range, config, yes }, composition, conversation, stopSignal()))
    })
  lanista
    .command('approve')
    .description('approve that ranges go whose files are gone. Status 0: approved, 1: not')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--yes', 'approve without a question', false)
    .action(async (options: { config: string; yes: boolean }) => {
      const { approveCommand } = await import('./commands/approve.ts')
      const { questioner } = await import('./terminal/questioner.ts')
      finish(await approveCommand(options, composition, print, questioner(process.stdin, process.stdout)))
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
      const paint = paintFor(process.stdout, process.env)
      finish(await validateCommand({ ...given, paths, config }, composition, paint, print, stopSignal()))
    })
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
      finish(await demoCommand(options, composition, process.stdout, stopSignal()))
    })
  lanista
    .command('config')
    .description('show the value in force of each setting, and where it comes from')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (options: { config: string; format: string }) => {
      const { configCommand } = await import('./commands/config.ts')
      finish(await configCommand(options, composition, paintFor(process.stdout, process.env), print))
    })
  lanista
    .command('schema')
    .description('print the JSON schema of range files, or of the configuration, for editors')
    .argument('[file]', 'range or config', 'range')
    .action(async (name: string) => {
      const { schemaCommand } = await import('./commands/schema.ts')
      finish(schemaCommand(name, print))
    })
  return lanista
}

try {
  await program((status) => {
    process.exitCode = status
  }).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else if (error instanceof UserError || error instanceof ProxmoxError) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  } else throw error
}
