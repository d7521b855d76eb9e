import { readNetworkFiles, writeNetworkFiles } from './network-state.ts'
import type { Simulation } from './simulation.ts'
import { startTask, type TaskRun } from './tasks.ts'
import type { NodeState, Task, World } from './world.ts'

/** Nodes on which an `ifreload` is at work: it takes a lock for as long as it runs, and a second one does not wait for it. */
const ifreloading = new WeakSet<NodeState>()

/** A zone that wants DHCP, wherever it is, stops every node without that package: with its files written, before `ifreload`. */
const checkDhcp = ({ sdn }: World): void => {
  for (const { dhcp } of sdn.running.zones.values())
    if (dhcp !== undefined)
      throw new Error(
        `Could not run before_regenerate for DHCP plugin ${dhcp} cannot reload with missing '${dhcp}' package`,
      )
}

/**
 * Starts a node's `srvreload` task: the staged interfaces come into force, the SDN file is generated (from then on the
 * node calls itself up to date), and only then `ifreload` makes the bridges. Where that fails, they are missing. It fails at
 * once while another is at work (exit code 89, from the source of ifupdown2), and nothing limits how long one takes.
 */
export const startReload = (sim: Simulation, node: NodeState, user: string): Task =>
  startTask(sim, { node: node.name, type: 'srvreload', id: 'networking', user }, async (run) => {
    writeNetworkFiles(sim.world, node)
    checkDhcp(sim.world)
    if (ifreloading.has(node)) throw new Error("command 'ifreload -a' failed: exit code 89")
    ifreloading.add(node)
    // It has read its files by now: what is written to them meanwhile is for the next.
    const bringUp = readNetworkFiles(sim.world, node)
    try {
      const [fault] = sim.faults.strike('reload', (one) => one.node === node.name)
      await run.sleep(fault?.takes ?? sim.durations.networkReload)
      if (fault?.fails === true) throw new Error("command 'ifreload -a' failed: exit code 1")
      bringUp()
    } finally {
      ifreloading.delete(node)
    }
  })

const reloadOne = async (sim: Simulation, node: NodeState, run: TaskRun): Promise<void> => {
  run.log(`${node.name}: reloading network config`)
  const [fault] = sim.faults.strike('reach', (one) => one.node === node.name)
  if (fault !== undefined) await run.sleep(fault.takes)
  if (!node.online) {
    await run.sleep(sim.durations.unreachableBySsh)
    run.log(`proxy handler failed: ssh: connect to host ${node.address} port 22: No route to host`)
    run.log(`command 'pvesh set /nodes/${node.name}/network --regenerate-frr 0' failed: exit code 255`)
    return
  }
  const task = startReload(sim, node, 'root@pam')
  await task.done
  const status = task.end?.status ?? 'OK'
  if (status !== 'OK') run.log(status)
}

/**
 * The work of an SDN apply after its commit: one node after the other, in any order (Perl's, of a hash), each waited for however
 * long it takes. A node that fails leaves only lines in the log.
 */
export const reloadAll = async (sim: Simulation, nodes: readonly NodeState[], run: TaskRun): Promise<void> => {
  const left = [...nodes]
  while (left.length > 0) {
    run.signal.throwIfAborted()
    const [node] = left.splice(Math.floor(sim.world.random() * left.length), 1)
    if (node !== undefined) await reloadOne(sim, node, run)
  }
}
