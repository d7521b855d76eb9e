import type { NodeStanding, StorageStanding, Watched } from '../../model/watched.ts'
import { flag, gaugeOf, type Registers, valueOf } from './gauge-of.ts'

/** Nodes and storages, as the cluster was last seen. */
export function clusterMetrics(registers: Registers, watched: Partial<Watched>): void {
  const cluster = () => watched.cluster?.()
  const ofNodes = (name: string, help: string, value: (node: NodeStanding) => number | undefined): void =>
    gaugeOf(registers, { name, help, labelNames: ['node'] as const }, () =>
      (cluster()?.nodes ?? []).flatMap((each) => {
        const known = value(each)
        return known === undefined ? [] : [[{ node: each.node }, known] as const]
      }),
    )
  valueOf(
    registers,
    'lanista_cluster_quorate',
    'Whether the cluster has its quorum (1), or takes no writes (0).',
    () => {
      const seen = cluster()
      return seen === undefined ? undefined : flag(seen.quorate)
    },
  )
  ofNodes('lanista_node_up', 'Whether a node works and tells how it is (1) or not (0).', ({ isUp }) => flag(isUp))
  // Figures of a node that does not tell are old.
  ofNodes('lanista_node_memory_size_bytes', 'Memory of a node that is up.', ({ isUp, memoryBytes }) =>
    isUp ? memoryBytes : undefined,
  )
  ofNodes('lanista_node_cpu_load_ratio', 'Load of a node that is up, 0 to 1 of all its cores.', ({ isUp, cpuLoad }) =>
    isUp ? cpuLoad : undefined,
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_node_memory_bytes',
      help: 'Memory of a node that is up, by what becomes of it: used; promised: configured and not used yet, or planned; free: what is left for further VMs, negative when more is promised than there is.',
      labelNames: ['node', 'kind'] as const,
    },
    () =>
      (cluster()?.nodes ?? []).flatMap(({ node, isUp, memoryBytes, usedBytes, promisedBytes }) =>
        isUp
          ? ([
              [{ node, kind: 'used' }, usedBytes],
              [{ node, kind: 'promised' }, promisedBytes],
              [{ node, kind: 'free' }, memoryBytes - usedBytes - promisedBytes],
            ] as const)
          : [],
      ),
  )
  const ofStorages = (name: string, help: string, value: (storage: StorageStanding) => number): void =>
    gaugeOf(registers, { name, help, labelNames: ['storage', 'node'] as const }, () =>
      (cluster()?.storages ?? []).map((each) => [{ storage: each.storage, node: each.node ?? '' }, value(each)]),
    )
  const whose = 'of a storage for disks; node is empty for one that all nodes share.'
  ofStorages('lanista_storage_active', `Whether it is active (1) or not (0), ${whose}`, (each) => flag(each.isActive))
  ofStorages('lanista_storage_size_bytes', `Size ${whose}`, ({ sizeBytes }) => sizeBytes)
  ofStorages('lanista_storage_used_bytes', `Used space ${whose}`, ({ usedBytes }) => usedBytes)
}
