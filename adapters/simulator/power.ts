import { bringUpNetwork, takeStagedNetwork } from './network-state.ts'
import { commitSdn, hasAnyPendingSdn } from './sdn-state.ts'
import type { Simulation } from './simulation.ts'
import type { NodeState } from './world.ts'

const nodeNamed = (sim: Simulation, name: string): NodeState => {
  const node = sim.world.nodes.get(name)
  if (node === undefined) throw new Error(`no node ${name} in this cluster`)
  return node
}

/** Pulls a node's power: its guests and tasks are gone at once; a task then has no end in its log. */
export const powerOffNode = (sim: Simulation, name: string): void => {
  const node = nodeNamed(sim, name)
  node.online = false
  node.lostAt = sim.clock.now()
  for (const task of sim.world.tasks) if (task.node === name && task.end === undefined) task.interrupt()
  for (const guest of sim.world.guests.values()) if (guest.node === name) guest.running = undefined
}

/**
 * Boots a node. Its boot commits every pending SDN change of the cluster, but generates nothing: its own file is as old
 * as before until the next apply reaches it, and the bridges it brings up are those of that old file. Where nothing is
 * pending it commits nothing, so that nobody is behind for it (from the source of pve-manager 9.1).
 */
export const powerOnNode = (sim: Simulation, name: string): void => {
  const node = nodeNamed(sim, name)
  node.online = true
  node.lostAt = undefined
  node.bootedAt = sim.clock.now()
  takeStagedNetwork(node)
  bringUpNetwork(node)
  if (hasAnyPendingSdn(sim.world)) commitSdn(sim.world)
}
