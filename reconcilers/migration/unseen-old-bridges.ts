import type { MigrationJournal } from '../../model/migration-journal.ts'
import { bridgesHidden } from '../not-visible.ts'
import type { FinishSeen } from './finish-seen.ts'
import type { OldBridge } from './old-bridges.ts'

/** Whether one of them may be on a node that does not tell of it: nothing is to do only where it is seen that nothing is there. */
export function mayBeUnseen(
  bridges: readonly OldBridge[],
  { going, removed }: MigrationJournal,
  seen: FinishSeen,
): boolean {
  const { nodes, nodeNetworks } = seen.snapshot
  const isHidden = bridgesHidden('', '', seen.snapshot) !== undefined
  const untold = nodes
    .map(({ name }) => name)
    .filter((name) => isHidden || nodeNetworks.every(({ node }) => node !== name))
  const isRemoved = (node: string, bridge: string): boolean =>
    removed?.some((each) => each.node === node && each.bridge === bridge) === true
  return untold.some(
    (node) =>
      going?.some((note) => note.node === node) === true ||
      bridges.some(({ name, nodes: on }) => on?.has(node) !== false && !isRemoved(node, name)),
  )
}
