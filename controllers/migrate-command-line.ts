import type { Command } from 'commander'
import { CONFIG_HELP, DEFAULT_CONFIG } from './commands/config-option.ts'
import type { Composition } from './commands/composition.ts'
import type { Paint } from './terminal/paint.ts'

/** What a command has of the process it runs in. */
interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream
  /** Aborts when the command is to end. Called once a command needs it. */
  readonly stopSignal: () => AbortSignal
}

/** What the actions of commands use. */
interface Acting {
  readonly composition: Composition
  readonly outside: Terminal
  readonly print: (line: string) => void
  readonly paint: () => Paint
  readonly finish: (status: number) => void
}

/** Adds `lanista migrate plan`, `run`, `status`, `rollback` and `finish`: the NICs of all VMs, by Proxmox' API. */
export function addMigrateNetworks(migrate: Command, acting: Acting): void {
  const { composition, outside, print, paint, finish } = acting
  migrate
    .command('plan')
    .description(
      'print which NICs would move, and all that is in the way; writes nothing. Status 0: nothing to do, 2: something is to move, 1: something is in the way',
    )
    .option('--range <id...>', "only these ranges; default: all, and Ludus' own pools")
    .option('--pool <pool...>', 'further pools that are no range, besides ADMIN and SHARED')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (given: { range?: string[]; pool?: string[]; config: string; format: string }) => {
      const { migratePlanCommand } = await import('./commands/migrate-plan.ts')
      const { range: ranges = [], pool: pools = [], config, format } = given
      finish(
        await migratePlanCommand({ ranges, pools, config, format }, composition, paint(), print, outside.stopSignal()),
      )
    })
  migrate
    .command('run')
    .description(
      'carry out what migrate plan shows, NIC by NIC, and what an earlier run has begun unless ranges are named. Status 0: all is moved (and rebooted, with --reboot), 1: something is not',
    )
    .option('--range <id...>', "only these ranges; default: all, and Ludus' own pools")
    .option('--pool <pool...>', 'further pools that are no range, besides ADMIN and SHARED')
    .option('--reboot', 'reboot VMs that keep the MTU of their bridge, range by range, once it has moved', false)
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--only-networks', 'make the VNets with one apply, and move no NIC', false)
    .action(
      async (given: { range?: string[]; pool?: string[]; onlyNetworks: boolean; reboot: boolean; config: string }) => {
        const { migrateRunCommand } = await import('./commands/migrate-run.ts')
        const { range: ranges = [], pool: pools = [], ...others } = given
        finish(await migrateRunCommand({ ranges, pools, ...others }, composition, print, outside.stopSignal()))
      },
    )
  migrate
    .command('status')
    .description('say NIC by NIC what of a move is done. Status 0: all is, 2: something is left')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--format <format>', 'text or json', 'text')
    .action(async (given: { config: string; format: string }) => {
      const { migrateStatusCommand } = await import('./commands/migrate-status.ts')
      finish(await migrateStatusCommand(given, composition, paint(), print, outside.stopSignal()))
    })
  migrate
    .command('rollback')
    .description('put NICs back as they were before the move. Status 0: all are back, 1: some are not')
    .option('--range <id...>', 'only these ranges or pools; default: all that were moved')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .action(async ({ range = [], config }: { range?: string[]; config: string }) => {
      const { migrateRollbackCommand } = await import('./commands/migrate-run.ts')
      finish(await migrateRollbackCommand({ ranges: range, config }, composition, print, outside.stopSignal()))
    })
  addMigrateFinish(migrate, acting)
}

function addMigrateFinish(migrate: Command, { composition, outside, print, paint, finish }: Acting): void {
  const { stdin, stdout, stopSignal } = outside
  migrate
    .command('finish')
    .description(
      'remove the old bridges of ranges that have moved, where nothing names one any more. Status 0: done, or nothing to do, 1: some stay',
    )
    .option('--range <id...>', 'only the bridges of these ranges; default: of all that were moved')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--yes', 'do not ask', false)
    .action(async ({ range: ranges = [], config, yes }: { range?: string[]; config: string; yes: boolean }) => {
      const { migrateFinishCommand } = await import('./commands/migrate-finish.ts')
      const { questioner } = await import('./terminal/questioner.ts')
      const conversation = { print, paint: paint(), question: questioner(stdin, stdout) }
      finish(await migrateFinishCommand({ ranges, config, yes }, composition, conversation, stopSignal()))
    })
}

/** Adds `lanista migrate host ...`: the part of the move that is done on the Ludus host itself. */
export function addMigrateHost(migrate: Command, { composition, outside, print, paint, finish }: Acting): void {
  const { stdin, stdout, stopSignal } = outside
  const load = () => import('./commands/migrate-host.ts')
  const loadSettling = () => import('./commands/settle-host.ts')
  const conversation = async () => {
    const { questioner } = await import('./terminal/questioner.ts')
    const { enterKey } = await import('./terminal/enter-key.ts')
    return { print, paint: paint(), question: questioner(stdin, stdout), enter: enterKey(stdin) }
  }
  const host = migrate
    .command('host')
    .description("move the Ludus host's own network: config.yml, /etc/network/interfaces, dnsmasq, routes")
  host
    .command('plan')
    .description(
      'print how the files would change, and the commands in order; writes nothing. Status 0: nothing to do, 2: changes, 1: something is in the way',
    )
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--outgoing <device>', 'the device by which packets leave; default: that of the default route')
    .option('--format <format>', 'text or json', 'text')
    .action(async (given: { config: string; outgoing?: string; format: string }) => {
      const { planHostCommand } = await load()
      const options = { ...given, outgoing: given.outgoing }
      finish(await planHostCommand(options, composition, { print, paint: paint() }, stopSignal()))
    })
  host
    .command('run')
    .description(
      'do it, as root, and put everything back unless it is confirmed within 120 s. Status 0: done and confirmed, or nothing to do, 1: not',
    )
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--outgoing <device>', 'the device by which packets leave; default: that of the default route')
    .option('--yes', 'do not ask before; it is to be confirmed all the same', false)
    .action(async (given: { config: string; outgoing?: string; yes: boolean }) => {
      const { runHostCommand } = await load()
      const options = { ...given, outgoing: given.outgoing }
      finish(await runHostCommand(options, composition, await conversation(), stopSignal()))
    })
  host
    .command('confirm')
    .description('keep what run has done. Status 0: it stays, 1: it was put back before')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .action(async (options: { config: string }) => {
      const { confirmHostCommand } = await loadSettling()
      finish(await confirmHostCommand(options, composition, { print }, stopSignal()))
    })
  host
    .command('rollback')
    .description('put everything back as it was before run, to the letter. Status 0: it is, 1: not all of it')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .option('--yes', 'do not ask', false)
    .action(async (options: { config: string; yes: boolean }) => {
      const { rollbackHostCommand } = await loadSettling()
      finish(await rollbackHostCommand(options, composition, await conversation(), stopSignal()))
    })
  host
    .command('work', { hidden: true })
    .description('what run and rollback start')
    .option('--config <file>', CONFIG_HELP, DEFAULT_CONFIG)
    .action(async (options: { config: string }) => {
      const { workHostCommand } = await loadSettling()
      finish(await workHostCommand(options, composition, stopSignal()))
    })
}
