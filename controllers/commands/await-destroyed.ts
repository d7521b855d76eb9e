import type { Clock } from '../../model/clock.ts'
import type { DestroyOrder } from '../../model/destroy-order.ts'
import { UserError } from '../../model/user-error.ts'
import { isGone, rangeLeft, type RangeLeft } from '../../reconcilers/removal/range-left.ts'
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
  let before: string | undefined
  let stuck = 0
  let unchanged = { since: 0, seen: '' }
  for (let look = 1; ; look += 1) {
    if (signal.aborted) {
      print(`range ${rangeId}: no longer waited for; the running Lanista goes on`)
      return 1
    }
    // Before the look: an order that is done is forgotten when nothing is left.
    const standing = await standingOf(order, connected)
    const left = rangeLeft(rangeId, await connected.proxmox.observe(signal))
    const ready = (await connected.readyBefore()).get(rangeId)
    if (isOver(standing, left) || (isGone(left) && ready?.reason === 'Absent')) return destroyed(rangeId, print)
    const over = standing === 'in force' ? await whyNotDone(rangeId, look, connected) : voidText(rangeId)
    if (over !== undefined) {
      print(over)
      return 1
    }
    stuck = ready !== undefined && STUCK.has(ready.reason) ? stuck + 1 : 0
    if (ready !== undefined && stuck >= LOOKS_UNTIL_STUCK) {
      print(ready.message)
      print('the order stays, and is carried out when that is out of the way')
      return 1
    }
    const what = leftText(rangeId, left)
    if (what !== before && before !== undefined) print(what)
    before = what
    const seen = JSON.stringify([left.guests, left.networks, left.pool, ready?.reason, ready?.message])
    if (seen !== unchanged.seen) unchanged = { since: look, seen }
    if (look - unchanged.since >= LOOKS_AT_MOST) {
      print(ready?.message ?? what)
      print('nothing has changed for 10 minutes; the order stays, and is carried out when it can be')
      return 1
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

/** `carried out`: whoever did it has seen that nothing is left. `gone`: it is done and was forgotten, or is void. */
type Standing = 'in force' | 'carried out' | 'gone'

/** What became of the order. Throws when that can't be told. */
async function standingOf(
  { rangeId, at }: DestroyOrder,
  { destroyOrders }: Pick<Waiting, 'destroyOrders'>,
): Promise<Standing> {
  try {
    const read = await destroyOrders.read(rangeId)
    if (read?.at !== at) return 'gone'
    return read.carriedOut ? 'carried out' : 'in force'
  } catch (error) {
    throw new UserError(
      `range ${rangeId}: the order was handed over, and can't be read any more: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/**
 * Whether all is done. Networks that show nowhere may not be applied yet, and a pool goes last: while the order is in force,
 * whoever carries it out is not at the end.
 */
function isOver(standing: Standing, left: RangeLeft): boolean {
  switch (standing) {
    case 'carried out':
      return true
    case 'gone':
      // A pool that nothing shows to be the range's stays.
      return isGone(left) && !left.isMarked
    case 'in force':
      return isGone(left) && !left.pool
  }
}

function destroyed(rangeId: string, print: (line: string) => void): number {
  print(`range ${rangeId}: destroyed`)
  return 0
}

function leftText(rangeId: string, { guests, networks, pool }: RangeLeft): string {
  const parts = [
    ...(guests.length === 0 ? [] : [guests.length === 1 ? '1 VM' : `${guests.length} VMs`]),
    ...networks,
    ...(pool ? [`pool ${rangeId}`] : []),
  ]
  return parts.length === 0
    ? `range ${rangeId}: nothing of it shows any more, and its removal goes on`
    : `range ${rangeId}: still there: ${parts.join(', ')}`
}

const voidText = (rangeId: string): string =>
  `range ${rangeId}: the order is void, as its file was changed, or somebody took it back; what is left stays, and if it is to go, say so again`

/** Why nobody carries it out any more; undefined while somebody does, or it was not asked this time. */
async function whyNotDone(
  rangeId: string,
  look: number,
  { presence }: Pick<Waiting, 'presence'>,
): Promise<string | undefined> {
  if (look % LOOKS_BETWEEN_ASKING !== 0) return undefined
  const asked = await presence.ask(rangeId).catch(() => 'asked' as const)
  return asked === 'asked'
    ? undefined
    : `range ${rangeId}: the Lanista that was at work has ended; the order stays, and is carried out by the next run`
}

/** Tells how far this process got: by the order, and by what the cluster shows. @param why it went no further, as reported */
export async function tellEnd(
  order: DestroyOrder,
  why: string | undefined,
  connected: Pick<Connected, 'destroyOrders' | 'proxmox'>,
  print: (line: string) => void,
): Promise<number> {
  const { rangeId } = order
  const standing = await standingOf(order, connected)
  const left = rangeLeft(rangeId, await connected.proxmox.observe(AbortSignal.timeout(30_000)))
  if (isOver(standing, left)) return destroyed(rangeId, print)
  print(leftText(rangeId, left))
  if (standing === 'gone') print(voidText(rangeId))
  else {
    if (why !== undefined) print(why)
    print('the order stays, and is carried out by the next run')
  }
  return 1
}
