import { scaledClock } from '../../adapters/simulator/clock.ts'
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
 * The demo's cluster with the ranges of some files, as a controller that ran before has left them: made once in a process, and
 * copied for each who asks. Time goes on until it is later than when they were made: in virtual time only.
 *
 * @param files by name, such as `JD.yml`
 */
export async function madeWorld(files: Readonly<Record<string, string>>): Promise<World> {
  const backToRealTime = startVirtualTime()
  try {
    const key = JSON.stringify(files)
    const making = made.get(key) ?? make(files)
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

async function make(files: Readonly<Record<string, string>>): Promise<Made> {
  const lab = await openLab({ files })
  try {
    await lab.until(() => lab.ready(...idsOf(files)))
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
