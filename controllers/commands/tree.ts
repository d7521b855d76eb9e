import { noneCalled } from '../seeing/kinds.ts'
import { rangeTree } from '../seeing/range-tree.ts'
import type { Composition } from './composition.ts'
import { withoutKind } from './get.ts'
import { knownLanista, type LanistaOptions } from './open-lanista.ts'
import type { SeeingTerminal } from './seeing-terminal.ts'

export interface TreeOptions extends LanistaOptions {
  readonly range: string
}

/**
 * `lanista tree`: a range, its network and its VMs by VLAN, as a tree.
 *
 * @returns the exit status: 0, or 1 when there is no such range
 */
export async function treeCommand(
  options: TreeOptions,
  composition: Composition,
  { print, warn, paint, width, clock }: SeeingTerminal,
  signal: AbortSignal,
): Promise<number> {
  const name = withoutKind('ranges', options.range)
  const { api } = await knownLanista(options, composition, warn, signal)
  const { items } = await api.list('ranges', signal)
  const range = items.find((each) => each.name === name)
  if (range === undefined) {
    warn(noneCalled('ranges', items, name))
    return 1
  }
  for (const line of rangeTree(range, { paint, width, now: clock.now() })) print(line)
  return 0
}
