import type { Finding } from '../model/condition.ts'
import { OWNER_TAG, RANGE_NUMBERS } from '../model/identity.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { GuestSeen } from '../model/snapshot.ts'

export type RangeNumber = { readonly number: number } | { readonly finding: Finding }

/** A VNet or bridge whose name spells a range number. */
export interface NumberedNetwork {
  readonly number: number
  /** The range that its owner mark names; undefined without one (made by Ludus or by hand). */
  readonly rangeId: string | undefined
}

/** Where the numbers of ranges show. */
export interface NumbersSeen {
  readonly networks: readonly NumberedNetwork[]
  readonly guests: readonly GuestSeen[]
}

/**
 * The number of a range. In order: what already carries its mark (a VNet's alias, a bridge's comment, or the VMIDs of its own VMs), what
 * the author asks for, the lowest that is free. A range that has a number keeps it: changing it would leave its VMs
 * on the old network.
 *
 * @param asked `ludus_extensions.lanista.range_number`
 * @param promised numbers given to other ranges in this turn whose networks do not exist yet, with the range's id
 */
export function rangeNumberOf(
  rangeId: string,
  asked: number | undefined,
  seen: NumbersSeen,
  promised: ReadonlyMap<number, string>,
  settings: Pick<PlanSettings, 'reservedNumbers' | 'vmidBase'>,
): RangeNumber {
  const holders = numberHolders(seen, promised, settings.vmidBase)
  const own = ownNumbers(rangeId, seen, holders)
  if (own.length > 1 && !own.includes(asked ?? 0)) {
    return found(
      'NumberAmbiguous',
      `range ${rangeId}: networks or VMs of the numbers ${own.join(' and ')} carry its mark; set range_number to the one that counts`,
    )
  }
  const kept = own.length > 1 ? asked : own[0]
  if (kept !== undefined && asked !== undefined && asked !== kept) {
    return found(
      'NumberChanged',
      `range ${rangeId}: it lives under number ${kept} and its file asks for ${asked}; a number can't change while its VMs exist, set range_number: ${kept}`,
    )
  }
  if (kept !== undefined) return { number: kept }
  if (asked !== undefined) return askedNumber(rangeId, asked, holders, settings.reservedNumbers)
  for (let number = RANGE_NUMBERS.first; number <= RANGE_NUMBERS.last; number++) {
    if (!holders.has(number) && !settings.reservedNumbers.includes(number)) return { number }
  }
  return found(
    'NumbersExhausted',
    `range ${rangeId}: all ${RANGE_NUMBERS.last} range numbers are in use or reserved; remove a range or shorten reserved_range_numbers`,
  )
}

function askedNumber(
  rangeId: string,
  asked: number,
  holders: ReadonlyMap<number, string | undefined>,
  reserved: readonly number[],
): RangeNumber {
  if (reserved.includes(asked)) {
    return found(
      'NumberReserved',
      `range ${rangeId}: number ${asked} is in reserved_range_numbers; choose another range_number`,
    )
  }
  const holder = holders.get(asked)
  if (holder !== undefined) {
    return found(
      'NumberTaken',
      `range ${rangeId}: number ${asked} belongs to range ${holder}; choose another range_number`,
    )
  }
  return { number: asked }
}

/** The numbers under which a range lives on Proxmox already: one, none before its first pass, several by a slip. */
export const numbersHeldBy = (rangeId: string, seen: NumbersSeen, vmidBase: number): readonly number[] =>
  ownNumbers(rangeId, seen, numberHolders(seen, new Map(), vmidBase))

/** A network's mark is the word of the whole range; VMIDs count only without one, since another vmid_base shifts them. */
function ownNumbers(
  rangeId: string,
  { networks }: NumbersSeen,
  holders: ReadonlyMap<number, string | undefined>,
): readonly number[] {
  const marked = networks.filter((network) => network.rangeId === rangeId).map(({ number }) => number)
  const held = [...holders].filter(([, holder]) => holder === rangeId).map(([number]) => number)
  return (marked.length > 0 ? marked : held).sort((a, b) => a - b)
}

/** Numbers in use -> the range that holds them, or undefined for an unmarked network (made by Ludus or by hand). */
function numberHolders(
  { networks, guests }: NumbersSeen,
  promised: ReadonlyMap<number, string>,
  vmidBase: number,
): ReadonlyMap<number, string | undefined> {
  const holders = new Map<number, string | undefined>()
  for (const { number, rangeId } of networks) holders.set(number, rangeId)
  // A VM's VMID still tells the number when somebody has deleted the range's network.
  for (const { vmid, tags, pool } of [...guests].sort((a, b) => a.vmid - b.vmid)) {
    const number = Math.floor((vmid - vmidBase) / 1_000_000)
    const inBlock = number >= RANGE_NUMBERS.first && number <= RANGE_NUMBERS.last
    if (inBlock && pool !== undefined && tags.includes(OWNER_TAG) && holders.get(number) === undefined)
      holders.set(number, pool)
  }
  for (const [number, rangeId] of promised) if (holders.get(number) === undefined) holders.set(number, rangeId)
  return holders
}

const found = (reason: string, message: string): RangeNumber => ({ finding: { reason, message } })
