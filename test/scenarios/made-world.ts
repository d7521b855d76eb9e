import { scaledClock } from '../../adapters/simulator/clock.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { openLab } from './lab.ts'

/** What a controller has made of range files, and when it was done, in epoch milliseconds. */
interface Made {
  readonly world: World
  readonly at: number
}

/** By the files, as to make them takes longer than most of what tests do with them. */
const made = new Map<string, Promise<Made>>()

/**
 * A cluster with the ranges of some files, as a controller that ran before has left them: made once in a process, and
 * copied for each who asks. Time goes on until it is later than when they were made: in virtual time only.
 *
 * @param files by name, such as `JD.yml`
 * @param empty the cluster before, by a name of its own
 */
export async function madeWorld(
  files: Readonly<Record<string, string>>,
  empty: { readonly name: string; readonly world: () => World } = { name: 'demo', world: demoCluster },
): Promise<World> {
  const backToRealTime = startVirtualTime()
  try {
    const key = JSON.stringify([empty.name, files])
    const making = made.get(key) ?? make(files, empty.world())
    made.set(key, making)
    const { world, at } = await making
    await scaledClock().sleep(Math.max(0, at - Date.now()))
    return copyOf(world)
  } finally {
    backToRealTime()
  }
}

/** A range's id is its file's name. */
export const idsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(files).map((name) => name.replace(/\.yml$/, ''))

async function make(files: Readonly<Record<string, string>>, world: World): Promise<Made> {
  const lab = await openLab({ files, world })
  try {
    await lab.until(() => lab.ready(...idsOf(files)))
    // A range is Ready when its own nodes have reloaded, and a task that is copied while it runs never ends.
    while (lab.simulator.world.tasks.some(({ end }) => end === undefined)) await lab.sleep(500)
    return { world: copyOf(lab.simulator.world), at: Date.now() }
  } finally {
    await lab.close()
  }
}

/** With the same tasks, which have all ended, and chances that go on: no MAC address comes twice. */
const copyOf = ({ tasks, random, ...state }: World): World => ({
  ...structuredClone(state),
  tasks: tasks.map((task) => ({ ...task })),
  random,
})
