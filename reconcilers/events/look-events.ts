import type { EventNews } from '../../model/event-store.ts'
import type { ClusterSnapshot, NodeSeen } from '../../model/snapshot.ts'
import { nodeStateOf } from '../views/node-views.ts'
import { nodeTrouble } from '../views/site-findings.ts'

type Seen = Pick<ClusterSnapshot, 'nodes' | 'quorate'>

/** What happened to the cluster between two looks: its quorum, and nodes that come and go. */
export function lookEvents(before: Seen | undefined, after: Seen): readonly EventNews[] {
  if (before === undefined) return []
  return [...quorumEvents(before.quorate, after.quorate), ...nodeEvents(before.nodes, after.nodes)]
}

function quorumEvents(before: boolean, after: boolean): readonly EventNews[] {
  if (before === after) return []
  const object = { kind: 'Controller', name: 'cluster' } as const
  return after
    ? [{ type: 'Normal', reason: 'Quorum', message: 'cluster: it has quorum again', object }]
    : [
        {
          type: 'Warning',
          reason: 'NoQuorum',
          message:
            'cluster: it has lost its quorum, so that nothing can be changed in it; bring back so many nodes that more than half are there',
          object,
        },
      ]
}

function nodeEvents(before: readonly NodeSeen[], after: readonly NodeSeen[]): readonly EventNews[] {
  const earlier = new Map(before.map((node) => [node.name, nodeStateOf(node)]))
  const gone = before.filter(({ name }) => !after.some((node) => node.name === name))
  return [
    ...after.flatMap((node): readonly EventNews[] => {
      const state = nodeStateOf(node)
      const was = earlier.get(node.name)
      if (was === state) return []
      const object = { kind: 'Node', name: node.name } as const
      if (was === undefined)
        return [
          { type: 'Normal', reason: 'NodeJoined', message: `node ${node.name}: it is in the cluster now`, object },
        ]
      switch (state) {
        case 'Online':
          return [{ type: 'Normal', reason: 'NodeOnline', message: `node ${node.name}: it is online again`, object }]
        case 'Maintenance':
          return [
            { type: 'Normal', reason: 'NodeMaintenance', message: `node ${node.name}: it is in maintenance`, object },
          ]
        case 'Silent':
        case 'Offline': {
          const trouble = nodeTrouble(node)
          return trouble === undefined ? [] : [{ type: 'Warning', ...trouble, object }]
        }
      }
    }),
    ...gone.map(({ name }): EventNews => ({
      type: 'Warning',
      reason: 'NodeLeft',
      message: `node ${name}: the cluster does not list it any more; if nobody has removed it, look at corosync: pvecm status`,
      object: { kind: 'Node', name },
    })),
  ]
}
