import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'

/**
 * Whether a clone may be at work on the guest. A clone's worker runs on the node that has the new guest's configuration,
 * which moves to another node only after its lock is gone; of a node that is offline nobody tells what runs there.
 */
export const mayBeCloning = (
  { node }: Pick<GuestSeen, 'node'>,
  { nodes, runningTasks }: Pick<ClusterSnapshot, 'nodes' | 'runningTasks'>,
): boolean =>
  !nodes.some(({ name, online }) => name === node && online) ||
  runningTasks.some((task) => task.type === 'qmclone' && task.node === node)
