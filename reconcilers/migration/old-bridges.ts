import { NAT_VNET, rangeNumberOfBridge } from '../../model/identity.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import { bridgeOf } from './old-networks.ts'

/** A range's bridge that NICs were moved away from. */
export interface OldBridge {
  readonly name: string
  readonly number: number
  /** Whose NICs were on it. */
  readonly pools: readonly string[]
  /** Where their VMs were then; undefined where the journal is of a release that did not note it. */
  readonly nodes: ReadonlySet<string> | undefined
}

/**
 * The range bridges that a move has emptied: Ludus' bridges carry no mark, so the journal alone proves that one was its. The NAT
 * bridge is none of them, whatever its name, and whatever the configuration calls it by now.
 *
 * @param ranges whose; empty: all
 */
export function oldBridges({ nics, natBridge }: MigrationJournal, ranges: readonly string[]): readonly OldBridge[] {
  const names = [...new Set(nics.map(({ before }) => bridgeOf(before) ?? ''))].sort()
  return names.flatMap((name): OldBridge[] => {
    const number = rangeNumberOfBridge(name)
    const on = nics.filter(({ before }) => bridgeOf(before) === name)
    const pools = [...new Set(on.map(({ pool }) => pool))].sort()
    if (number === undefined || name === natBridge) return []
    if (on.some(({ after }) => bridgeOf(after) === NAT_VNET.name)) return []
    if (ranges.length > 0 && !pools.some((pool) => ranges.includes(pool))) return []
    const nodes = on.flatMap(({ node }) => node ?? [])
    return [{ name, number, pools, nodes: nodes.length === on.length ? new Set(nodes) : undefined }]
  })
}
