import { type DestroyOrder, removalOf } from '../../model/destroy-order.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { RangeFileRead } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { isRangeId, isReservedRangeId, RANGE_ID_RULE } from '../../model/range-id.ts'
import { isSuspended } from '../../model/range-spec.ts'
import { readInForce } from '../../model/read-in-force.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { planRemoval } from '../../reconcilers/removal/plan-removal.ts'
import { isGone, rangeLeft } from '../../reconcilers/removal/range-left.ts'
import type { Composition } from './composition.ts'
import { heldBack, printOf } from '../removal/destroy-orders.ts'
import { whyNotRemovable } from '../removal/why-not-removable.ts'
import { destroyText } from '../terminal/destroy-text.ts'
import type { Paint } from '../terminal/paint.ts'
import { lookNow } from './look-now.ts'
import { carryOutDestroy } from './carry-out-destroy.ts'

export interface DestroyOptions {
  readonly config: string
  readonly range: string
  /** Don't ask. */
  readonly yes: boolean
}

/** How people are spoken to. */
interface Conversation {
  readonly print: (line: string) => void
  readonly paint: Paint
  /** Undefined where nobody is there to answer. */
  readonly question: ((text: string) => Promise<string>) | undefined
}

/**
 * `lanista destroy`: shows what there is of a range, asks for its id, and has exactly that removed: by the Lanista at
 * work on the state directory, or by this process where there is none.
 *
 * @returns the exit status: 0 when nothing of the range is left, 1 otherwise
 */
export async function destroyCommand(
  { config: configFile, range, yes }: DestroyOptions,
  composition: Composition,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<number> {
  const { print, paint, question } = conversation
  if (!isRangeId(range)) throw new UserError(`${printable(range)} can't be a range id: ${RANGE_ID_RULE}`)
  if (isReservedRangeId(range))
    throw new UserError(`${range} is reserved, and no range's: what is in a pool of that name is not destroyed`)
  if (!yes && question === undefined)
    throw new UserError('destroy: nobody is at the terminal to confirm it; say --yes if it is meant so')
  const config = await composition.loadConfig(configFile)
  const logger = composition.openLog()
  const connected = await composition.connect(config, logger)
  const file = await connected.files.read(range)
  const valid = readInForce(file)
  if (valid !== undefined && isSuspended(valid.spec, composition.clock.now()))
    throw new UserError(
      `range ${range}: it is suspended; ${valid.spec.suspension?.ordered === undefined ? 'remove suspend from its file' : `lanista resume ${range}`} first`,
    )
  if (file.leftAlone !== undefined) throw new UserError(file.leftAlone.message)
  const { snapshot } = await lookNow(connected.proxmox, [range], signal)
  const left = rangeLeft(range, snapshot)
  if (isGone(left) && !left.pool) {
    // Of two ranges that differ in more the other is not to be suggested: it would be wiped.
    const meant = snapshot.pools.find((pool) => pool !== range && pool.toLowerCase() === range.toLowerCase())
    print(
      `range ${range}: there is nothing of it on the cluster${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    )
    return 0
  }
  const order = orderOf(range, snapshot, file, composition.clock.now())
  const settings = planSettingsOf(config)
  const removal = removalOf(order)
  const plan = planRemoval(removal, snapshot, networkModeOf(snapshot, settings), settings)
  const inTheWay = await whyNotRemovable(removal, plan, connected.proxmox.machines, signal)
  if (inTheWay !== undefined) throw new UserError(inTheWay)
  for (const line of destroyText(range, left, file, paint)) print(line)
  if (!yes) {
    const answer = await question?.(`Type the range id (${range}) to destroy it: `)
    if (answer?.trim() !== range) {
      print('nothing is destroyed')
      return 1
    }
  }
  try {
    await connected.destroyOrders.write(order)
  } catch (error) {
    throw new UserError(
      `${config.lanista.state_dir}: the order can't be written (${error instanceof Error ? error.message : String(error)}), and nothing is destroyed; run this as root or as the user that Lanista runs as`,
    )
  }
  return await carryOutDestroy(order, connected, composition, print, signal)
}

const orderOf = (rangeId: string, snapshot: ClusterSnapshot, file: RangeFileRead, at: number): DestroyOrder => ({
  rangeId,
  at,
  vms: rangeLeft(rangeId, snapshot).guests.map(({ vmid, name }) => ({ vmid, name: name ?? '' })),
  file: printOf(file),
  held: heldBack(file),
  carriedOut: false,
})
