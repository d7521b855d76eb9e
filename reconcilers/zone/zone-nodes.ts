import type { ClusterSnapshot, ZoneConfig } from '../../model/snapshot.ts'
import { judgePeers } from './zone-peers.ts'
import { byName, listed, remark, type ZoneProblem } from './zone-problem.ts'

/** Judges the nodes that a zone is limited to: all that run VMs of ranges should be among them, and no others. */
export function judgeNodes(config: ZoneConfig, snapshot: ClusterSnapshot): readonly ZoneProblem[] {
  const { nodes } = config
  if (nodes === undefined) return []
  const all = [...snapshot.nodes].sort(byName).map(({ name }) => name)
  const leftOut = all.filter((name) => !nodes.includes(name))
  const known = nodes.filter((name) => all.includes(name))
  const unknown = nodes.filter((name) => !all.includes(name))
  const problems: ZoneProblem[] = []
  if (leftOut.length > 0) {
    const what = `it is limited to the nodes ${listed(nodes)} and leaves out ${listed(leftOut)}`
    problems.push({
      ...remark({ reason: 'ZoneLeavesOutNode', nodes: leftOut, what, change: forAll(config, snapshot) }),
      unreached: new Map(leftOut.map((name) => [name, `is not among the zone's nodes (${nodes.join(', ')})`])),
    })
  }
  if (unknown.length > 0) {
    const what = `it is limited to nodes among which ${listed(unknown)} ${unknown.length === 1 ? 'is none' : 'are none'} of this cluster`
    const change = { nodes: leftOut.length === 0 || known.length === 0 ? null : known }
    problems.push(remark({ reason: 'ZoneUnknownNode', nodes: [], what, change }))
  }
  return problems
}

/** No limit, and the peers that this makes necessary. */
function forAll(config: ZoneConfig, snapshot: ClusterSnapshot) {
  if (config.peers === undefined) return { nodes: null }
  const { problems, wanted } = judgePeers({ ...config, nodes: undefined }, snapshot)
  return problems.some(({ reason }) => reason === 'ZoneLacksPeer') ? { nodes: null, peers: wanted } : { nodes: null }
}
