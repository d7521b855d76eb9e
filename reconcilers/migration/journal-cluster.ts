import type { ClusterNamed, MigrationJournal } from '../../model/migration-journal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

type Named = Pick<ClusterSnapshot, 'clusterName' | 'nodes'>

/** What tells this cluster from another. */
export const clusterOf = ({ clusterName, nodes }: Named): ClusterNamed => ({
  ...(clusterName === undefined ? {} : { name: clusterName }),
  nodes: nodes.map(({ name }) => name).sort(),
})

/**
 * The cluster that a journal is of, where that is not this one; undefined where it is, or may be: a single node may have become a
 * cluster's since, nodes come and go, and an older journal names none.
 */
export function otherClusterOf({ cluster }: MigrationJournal, here: Named): ClusterNamed | undefined {
  if (cluster === undefined) return undefined
  const { name, nodes } = clusterOf(here)
  const isNamedOtherwise = cluster.name !== undefined && name !== undefined && cluster.name !== name
  return isNamedOtherwise || cluster.nodes.every((node) => !nodes.includes(node)) ? cluster : undefined
}
