import { z } from 'zod'
import { scaledClock, type SimClock } from '../../../adapters/simulator/clock.ts'
import { controllerToken } from '../../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../../adapters/simulator/demo-cluster.ts'
import type { Durations } from '../../../adapters/simulator/durations.ts'
import { startSimulator, type Simulator } from '../../../adapters/simulator/start-simulator.ts'
import type { World } from '../../../adapters/simulator/world.ts'
import { startVirtualTime } from '../../builders/virtual-time.ts'
import { ask, type Answer } from './ask.ts'

type Params = Readonly<Record<string, string | number>>

/** A running demo cluster and short ways to talk to it. */
export interface Lab {
  readonly simulator: Simulator
  readonly world: World
  /** As root, through the first node unless another is named. */
  readonly root: (method: string, path: string, params?: Params, node?: string) => Promise<Answer>
  /** As the controller, who has the least rights. */
  readonly controller: (method: string, path: string, params?: Params) => Promise<Answer>
  /** As the holder of any token; undefined: nobody. */
  readonly as: (token: string | undefined, method: string, path: string, params?: Params) => Promise<Answer>
  /** Waits for a task to end and returns its exit status. */
  readonly finish: (upid: unknown) => Promise<string | undefined>
  /** A task's log. */
  readonly log: (upid: unknown) => readonly string[]
  /** Creates vnets as root. */
  readonly vnets: (...tags: readonly (readonly [string, number])[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a lab in virtual time, or on a clock of its own. */
export const startLab = async (
  options: { world?: World; clock?: SimClock; durations?: Partial<Durations> } = {},
): Promise<Lab> => {
  const backToRealTime = options.clock === undefined ? startVirtualTime() : () => undefined
  const { world = demoCluster(), clock = scaledClock(), durations = {} } = options
  const simulator = await startSimulator({ world, clock, durations })
  const as: Lab['as'] = (token, method, path, params) => ask(simulator.url, token, method, path, params)
  const taskOf = (upid: unknown) => world.tasks.find((task) => task.upid === upid)
  const root: Lab['root'] = (method, path, params, node) =>
    ask(simulator.nodes[node ?? ''] ?? simulator.url, simulator.token, method, path, params)
  return {
    simulator,
    world,
    as,
    root,
    controller: (method, path, params) => as(controllerToken(world), method, path, params),
    finish: async (upid) => {
      await taskOf(upid)?.done
      return taskOf(upid)?.end?.status
    },
    log: (upid) => taskOf(upid)?.log ?? [],
    vnets: async (...tags) => {
      for (const [vnet, tag] of tags) await root('POST', '/cluster/sdn/vnets', { vnet, zone: 'ludus', tag })
    },
    close: async () => {
      await simulator.close()
      backToRealTime()
    },
  }
}

const bodySchema = z.object({ data: z.unknown() })
const rowsSchema = z.array(z.record(z.string(), z.unknown()))

/** `data` of an answer. */
export const dataOf = (answer: Answer): unknown => bodySchema.parse(answer.body).data

/** `data` of an answer that is a list of objects. */
export const rowsOf = (answer: Answer): readonly Readonly<Record<string, unknown>>[] => rowsSchema.parse(dataOf(answer))

/** `data` of an answer that is an object. */
export const recordOf = (answer: Answer): Readonly<Record<string, unknown>> =>
  z.record(z.string(), z.unknown()).parse(dataOf(answer))
