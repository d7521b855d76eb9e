import type { Clock } from '../../model/clock.ts'
import type { DestroyOrder } from '../../model/destroy-order.ts'
import { UserError } from '../../model/user-error.ts'
import { isGone, rangeLeft } from '../../reconcilers/removal/range-left.ts'
import type { Connected } from './composition.ts'

/** By what is seen how another process carries the order out. */
type Waiting = Pick<Connected, 'destroyOrders' | 'presence' | 'proxmox' | 'readyBefore'>

/** How often the cluster is looked at while another process does the work. */
const LOOK_MS = 1000

/** An older status may still say what was in the way then. */
const LOOKS_UNTIL_STUCK = 3

/** `Ready` reasons of a removal that a person has to help. */
const STUCK: ReadonlySet<string> = new Set([
  'RemovalWaits',
  'NetworkInUse',
  'NetworkLeft',
  'PoolLeft',
  'Suspended',
  'FileUnreadable',
  'Invalid',
])

/** So many looks in a row at which nothing has changed, and the command waits no longer: 10 minutes. */
const LOOKS_AT_MOST = 600
/** At every so many looks it is asked whether the one at work is still there. */
const LOOKS_BETWEEN_ASKING = 30

/** Ends when nothing is left, when somebody has to help, when nobody carries it out any more, and when nothing has changed for long. */
export async function waitUntilGone(
  order: DestroyOrder,
  connected: Waiting,
  clock: Pick<Clock, 'sleep'>,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const { rangeId } = order
  let before: number | undefined
  let stuck = 0
  let unchanged = { since: 0, seen: '' }
  for (let look = 1; ; look += 1) {
    if (signal.aborted) {
      print(`range ${rangeId}: no longer waited for; the running Lanista goes on`)
      return 1
    }
    // Before the look: an order that is done is forgotten when nothing is left.
    const stands = await isInForce(order, connected)
    const left = rangeLeft(rangeId, await connected.proxmox.observe(signal))
    if (isGone(left)) return tellEnd(rangeId, undefined, connected, print)
    const over = stands ? await whyNotDone(rangeId, look, connected) : voidText(rangeId)
    if (over !== undefined) {
      print(over)
      return 1
    }
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
    const seen = JSON.stringify([left.guests, left.networks, ready?.reason, ready?.message])
    if (seen !== unchanged.seen) unchanged = { since: look, seen }
    if (look - unchanged.since >= LOOKS_AT_MOST) {
      print(ready?.message ?? `range ${rangeId}: ${left.guests.length} VMs are left`)
      print('nothing has changed for 10 minutes; the order stays, and is carried out when it can be')
      return 1
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

/** Whether the order is still there, as it was written. Throws when that can't be told. */
async function isInForce({ rangeId, at }: DestroyOrder, { destroyOrders }: Waiting): Promise<boolean> {
  try {
    return (await destroyOrders.read(rangeId))?.at === at
  } catch (error) {
    throw new UserError(
      `range ${rangeId}: the order was handed over, and can't be read any more: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

const voidText = (rangeId: string): string =>
  `range ${rangeId}: the order is void, as its file was changed, or somebody took it back; what is left stays, and if it is to go, say so again`

/** Why nobody carries it out any more; undefined while somebody does, or it was not asked this time. */
async function whyNotDone(rangeId: string, look: number, { presence }: Waiting): Promise<string | undefined> {
  if (look % LOOKS_BETWEEN_ASKING !== 0) return undefined
  const asked = await presence.ask(rangeId).catch(() => 'asked' as const)
  return asked === 'asked'
    ? undefined
    : `range ${rangeId}: the Lanista that was at work has ended; the order stays, and is carried out by the next run`
}

/** Tells how far it is by what the cluster shows, whatever was reported. */
export async function tellEnd(
  rangeId: string,
  why: string | undefined,
  { proxmox }: Pick<Connected, 'proxmox'>,
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
