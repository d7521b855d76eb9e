import { bringUpNetwork, writeNetworkFiles } from './network-state.ts'
import type { Simulation } from './simulation.ts'
import { startTask, type TaskRun } from './tasks.ts'
import type { NodeState, Task } from './world.ts'

/**
 * Starts a node's `srvreload` task: the staged interfaces come into force, the SDN file is generated (from then on the
 * node calls itself up to date), and only then `ifreload` makes the bridges. Where that fails, they are missing.
 */
export const startReload = (sim: Simulation, node: NodeState, user: string): Task =>
  startTask(sim, { node: node.name, type: 'srvreload', id: 'networking', user }, async (run) => {
    writeNetworkFiles(sim.world, node)
    const [fault] = sim.faults.strike('reload', (one) => one.node === node.name)
    await run.sleep(fault?.takes ?? sim.durations.networkReload)
    if (fault?.fails === true) throw new Error("command 'ifreload -a' failed: exit code 1")
    bringUpNetwork(node)
  })

const reloadOne = async (sim: Simulation, node: NodeState, run: TaskRun): Promise<void> => {
  run.log(`${node.name}: reloading network config`)
  if (!node.online) {
    await run.sleep(sim.durations.unreachable)
    run.log(`proxy handler failed: ssh: connect to host ${node.address} port 22: No route to host`)
    run.log(`command 'pvesh set /nodes/${node.name}/network --regenerate-frr 0' failed: exit code 255`)
    return
  }
  const task = startReload(sim, node, 'root@pam')
  await task.done
  const status = task.end?.status ?? 'OK'
  if (status !== 'OK') run.log(status)
}

/** The work of an SDN apply after its commit: one node after the other. A node that fails leaves only lines in the log. */
export const reloadAll = async (sim: Simulation, nodes: readonly NodeState[], run: TaskRun): Promise<void> => {
  for (const node of nodes) {
    run.signal.throwIfAborted()
    await reloadOne(sim, node, run)
  }
}
