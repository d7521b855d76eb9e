import { setMaxListeners } from 'node:events'
import { type Certificate, createCertificate } from './certificate.ts'
import { scaledClock, type SimClock } from './clock.ts'
import { realisticDurations, type Durations } from './durations.ts'
import { faultScript, type ArmedFault, type Fault } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { createListener, type Listener } from './listener.ts'
import { lockTable } from './locks.ts'
import { powerOffNode, powerOnNode } from './power.ts'
import { routes } from './routes/index.ts'
import type { Simulation } from './simulation.ts'
import { publishStatistics } from './statistics.ts'
import { workers } from './workers.ts'
import { nodesOf, type World } from './world.ts'

export interface SimulatorOptions {
  readonly world: World
  /** Real time unless given. */
  readonly clock?: SimClock
  /** Address of the first node; the others follow on the next ports. Default: loopback, free ports. */
  readonly listen?: { readonly host: string; readonly port: number }
  readonly faults?: readonly Fault[]
  /** Whether each node has a certificate of its own, as it has in a real cluster. Default: one for all, which takes less to make. */
  readonly ownCertificates?: boolean
  /** How many requests each node answers at once; a real one has three workers. Default: all, as most tests measure no time. */
  readonly workers?: number
  /** Replace single durations of the realistic ones. */
  readonly durations?: Partial<Durations>
}

/** A running simulated cluster. */
export interface Simulator {
  /** Of the first node. */
  readonly url: string
  /** Node name to its address, `https://127.0.0.1:41234`. */
  readonly nodes: Readonly<Record<string, string>>
  /** A root API token as a client sends it: `root@pam!id=secret`; undefined when the world has none. */
  readonly token: string | undefined
  /** SHA-256 of the first node's certificate, `AB:CD:...`. */
  readonly fingerprint: string
  /** Those of all nodes, by name. */
  readonly fingerprints: Readonly<Record<string, string>>
  readonly journal: Journal
  /** The state; change it as you like between requests. */
  readonly world: World
  readonly simulation: Simulation
  /** Adds a fault to the script. */
  arm(fault: Fault): ArmedFault
  /** Pulls a node's power: its port refuses, its tasks end, and the others notice after a while. */
  powerOff(node: string): Promise<void>
  /** Boots it again. Like a real one it then commits whatever SDN change is pending, whoever made it. */
  powerOn(node: string): Promise<void>
  /** Lets a node's port refuse every connection while the node itself goes on; returns what opens it again. */
  refuse(node: string): Promise<() => Promise<void>>
  /** Holds a lock as somebody else would; returns what gives it back. Throws when it is taken. */
  hold(lock: string): () => void
  close(): Promise<void>
}

const rootToken = (world: World): string | undefined => {
  const [token] = world.access.users.get('root@pam')?.tokens ?? []
  return token === undefined ? undefined : `root@pam!${token[0]}=${token[1].secret}`
}

/** One for the same names in a process, as making it takes longer than starting all the rest. */
const certificates = new Map<string, Promise<Certificate>>()
const certificateFor = (names: readonly string[]): Promise<Certificate> => {
  const key = names.join(' ')
  const certificate = certificates.get(key) ?? createCertificate(names)
  certificates.set(key, certificate)
  return certificate
}

/** Starts one HTTPS listener per node of the world. */
export const startSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const { world, clock = scaledClock(1), listen = { host: '127.0.0.1', port: 0 } } = options
  const closing = new AbortController()
  // Every wait of every request hears of the end.
  setMaxListeners(0, closing.signal)
  const names = [...world.nodes.keys()]
  const byNode = new Map<string, Certificate>()
  for (const name of names) byNode.set(name, await certificateFor(options.ownCertificates === true ? [name] : names))
  const fingerprintOf = (name: string): string => byNode.get(name)?.fingerprint ?? ''
  const sim: Simulation = {
    world,
    clock,
    durations: { ...realisticDurations, ...options.durations },
    locks: lockTable(),
    faults: faultScript(options.faults),
    closed: closing.signal,
    fingerprintOf,
  }
  const journal = createJournal()
  const listeners = new Map<string, Listener>()
  for (const [index, node] of nodesOf(world).entries()) {
    const certificate = byNode.get(node.name) ?? (await certificateFor(names))
    const port = listen.port === 0 ? 0 : listen.port + index
    const listener = await createListener({
      sim,
      routes,
      journal,
      node,
      certificate,
      host: listen.host,
      port,
      workers: workers(options.workers ?? Infinity),
    })
    listeners.set(node.name, listener)
  }
  const pushing = nodesOf(world).map((node) => publishStatistics(sim, node))
  const nodes = Object.fromEntries([...listeners].map(([name, { port }]) => [name, `https://${listen.host}:${port}`]))
  return {
    url: Object.values(nodes)[0] ?? '',
    nodes,
    token: rootToken(world),
    fingerprint: fingerprintOf(nodesOf(world)[0]?.name ?? ''),
    fingerprints: Object.fromEntries(names.map((name) => [name, fingerprintOf(name)])),
    journal,
    world,
    simulation: sim,
    arm: sim.faults.arm,
    powerOff: async (name) => {
      powerOffNode(sim, name)
      await listeners.get(name)?.close()
    },
    powerOn: async (name) => {
      powerOnNode(sim, name)
      await listeners.get(name)?.open()
    },
    refuse: async (name) => {
      await listeners.get(name)?.close()
      return async () => {
        await listeners.get(name)?.open()
      }
    },
    hold: (lock) => {
      const release = sim.locks.tryHold(lock)
      if (release === undefined) throw new Error(`lock ${lock} is taken; wait until it is free`)
      return release
    },
    close: async () => {
      closing.abort(new Error('the simulator is closed'))
      await Promise.all([...listeners.values()].map((listener) => listener.close()))
      await Promise.all(pushing)
    },
  }
}
