import type { BridgesGoing, MigrationJournal } from '../../model/migration-journal.ts'
import type { NodeNetworkSeen } from '../../model/snapshot.ts'
import { configsOf } from './staged-by-finish.ts'

/**
 * The journal with the note that deletions of bridges are about to be staged.
 *
 * @param bridges of which one is, and others may be at any time, as nobody knows whether they were
 * @param network the node's, as it is just now
 */
export function withGoing(
  journal: MigrationJournal,
  bridges: readonly string[],
  network: NodeNetworkSeen,
  lastReload: string | undefined,
): MigrationJournal {
  const { node } = network
  const { going = [] } = journal
  const known = network.staged === undefined ? undefined : going.find((each) => each.node === node)
  const note: BridgesGoing =
    known === undefined
      ? {
          node,
          bridges: [...bridges].sort(),
          before: configsOf(network),
          ...(lastReload === undefined ? {} : { lastReload }),
        }
      : { ...known, bridges: [...new Set([...known.bridges, ...bridges])].sort() }
  return { ...journal, going: [...going.filter((each) => each.node !== node), note] }
}

/** The journal without the note on these bridges of a node: none of them is staged, or going any more. */
export function withoutGoing(journal: MigrationJournal, node: string, bridges: readonly string[]): MigrationJournal {
  const going = (journal.going ?? []).flatMap((note): BridgesGoing[] => {
    if (note.node !== node) return [note]
    const left = note.bridges.filter((each) => !bridges.includes(each))
    return left.length === 0 ? [] : [{ ...note, bridges: left }]
  })
  return { ...journal, going: going.length === 0 ? undefined : going }
}

/** The journal with the note that these bridges of a node are gone for good. */
export function withRemoved(journal: MigrationJournal, node: string, bridges: readonly string[]): MigrationJournal {
  const before = (journal.removed ?? []).filter((each) => each.node !== node || !bridges.includes(each.bridge))
  return {
    ...withoutGoing(journal, node, bridges),
    removed: [...before, ...bridges.map((bridge) => ({ node, bridge }))],
  }
}
