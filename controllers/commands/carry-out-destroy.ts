import type { DestroyOrder } from '../../model/destroy-order.ts'
import type { Logger } from '../../model/ports.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, Connected } from './composition.ts'
import { tellEnd, waitUntilGone } from './await-destroyed.ts'
import { claimPresence } from './presence-of-run.ts'

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
    return await waitUntilGone(order, connected, composition.clock, print, signal)
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
    return await tellEnd(order, ready?.message, connected, print)
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
