import type { DestroyOrder } from '../../model/destroy-order.ts'
import type { Logger } from '../../model/ports.ts'
import { isGone, rangeLeft } from '../../reconcilers/removal/range-left.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, Connected } from './composition.ts'
import { claimPresence } from './presence-of-run.ts'

/** How often the cluster is looked at while another process does the work. */
const LOOK_MS = 1000

/** An older status may still say what was in the way then. */
const LOOKS_UNTIL_STUCK = 3

/** `Ready` reasons of a removal that a person has to help. */
const STUCK: ReadonlySet<string> = new Set(['RemovalWaits', 'NetworkInUse', 'NetworkLeft', 'PoolLeft', 'Suspended'])

/**
 * Has a written order carried out: by the Lanista at work on the state directory, or by this process where there is none.
 * The order stays when this is broken off, for the next run.
 *
 * @returns the exit status: 0 when nothing of the range is left, 1 otherwise
 */
export async function carryOutDestroy(
  order: DestroyOrder,
  connected: Connected,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const { rangeId } = order
  const { config, logger } = connected
  const asked = await connected.presence.ask(rangeId).catch((error: unknown) => {
    // Where one may be at work, this process must not be the second.
    throw new UserError(
      `range ${rangeId}: the order is written, and it can't be shown whether a Lanista is running to carry it out (${error instanceof Error ? error.message : String(error)}); one that runs does so at its next look, otherwise start one: lanista run`,
    )
  })
  if (asked === 'asked') {
    print('handed over to the Lanista that is running')
    return await waitUntilGone(rangeId, connected, composition, print, signal)
  }
  const leave = await claimPresence(connected, config.lanista.state_dir, () => undefined, logger)
  try {
    const { controller } = composition.controller(() => config, connected, troublesOnly(logger))
    const shown = new Map<string, RangeStatus>()
    controller.board.onChange((status) => {
      for (const vm of status.vms) {
        const was = shown.get(status.id)?.vms.find(({ name }) => name === vm.name)
        if (was?.phase !== vm.phase) print(`vm ${vm.name}: ${vm.trouble ?? vm.phase}`)
      }
      for (const { name } of shown.get(status.id)?.vms ?? [])
        if (status.vms.every((vm) => vm.name !== name)) print(`vm ${name}: gone`)
      shown.set(status.id, status)
    })
    await controller.converge(signal, [rangeId])
    const ready = controller.board.all().flatMap((status) => readyConditionOf(status) ?? [])[0]
    return await tellEnd(rangeId, ready?.message, connected, print)
  } finally {
    await leave()
  }
}

/** What goes as it should is printed for people. */
const troublesOnly = (logger: Logger): Logger => ({
  info: () => undefined,
  warn: (message, fields) => logger.warn(message, fields),
  error: (message, fields) => logger.error(message, fields),
})

async function waitUntilGone(
  rangeId: string,
  connected: Connected,
  { clock }: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  let before: number | undefined
  let stuck = 0
  for (;;) {
    if (signal.aborted) {
      print(`range ${rangeId}: no longer waited for; the running Lanista goes on`)
      return 1
    }
    const left = rangeLeft(rangeId, await connected.proxmox.observe(signal))
    if (isGone(left)) return tellEnd(rangeId, undefined, connected, print)
    const ready = (await connected.readyBefore()).get(rangeId)
    stuck = ready !== undefined && STUCK.has(ready.reason) ? stuck + 1 : 0
    if (ready !== undefined && stuck >= LOOKS_UNTIL_STUCK) {
      print(ready.message)
      print('the order stays, and is carried out when that is out of the way')
      return 1
    }
    if (left.guests.length !== before && before !== undefined)
      print(`range ${rangeId}: ${left.guests.length} VMs are left`)
    before = left.guests.length
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

/** By what the cluster shows, whatever was reported. */
async function tellEnd(
  rangeId: string,
  why: string | undefined,
  { proxmox }: Connected,
  print: (line: string) => void,
): Promise<number> {
  const left = rangeLeft(rangeId, await proxmox.observe(AbortSignal.timeout(30_000)))
  if (isGone(left)) {
    print(`range ${rangeId}: destroyed`)
    return 0
  }
  print(why ?? `range ${rangeId}: ${left.guests.length} VMs and ${left.networks.length} networks are left`)
  print('the order stays, and is carried out by the next run')
  return 1
}
