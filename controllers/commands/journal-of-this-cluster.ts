import { join } from 'node:path'
import type { ClusterNamed, MigrationJournal } from '../../model/migration-journal.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { clusterOf, otherClusterOf } from '../../reconcilers/migration/journal-cluster.ts'

/** Throws a `UserError` where the journal of a move is of another cluster than this: its VMIDs and bridges are others' here. */
export function mustBeJournalOf(
  journal: MigrationJournal | undefined,
  here: Pick<ClusterSnapshot, 'clusterName' | 'nodes'>,
  verb: string,
  config: ServerConfig,
): void {
  const other = journal && otherClusterOf(journal, here)
  if (other === undefined) return
  const file = join(config.lanista.state_dir, 'migration', 'journal.json')
  throw new UserError(
    `migrate ${verb}: the journal ${file} is of another cluster (${shown(other)}; this is ${shown(clusterOf(here))}), so nothing is done; name the configuration of that cluster with --config, give this one a state_dir of its own, or move that file away if nothing of that move is to be carried on or put back`,
  )
}

const shown = ({ name, nodes }: ClusterNamed): string =>
  name === undefined ? `node ${nodes.join(', ')}` : `${name}: ${nodes.join(', ')}`
