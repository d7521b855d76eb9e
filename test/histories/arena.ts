import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { sdnLockFile } from '../../adapters/state/sdn-lock-file.ts'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { clusterFrom, controllerToken } from '../../adapters/simulator/cluster-from.ts'
import type { JournalEntry, RequestMatch } from '../../adapters/simulator/journal.ts'
import { type Simulator, startSimulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import type { Clock } from '../../model/clock.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import { FakeHostRoutes } from '../builders/fake-host-routes.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { type Life, startLife } from '../scenarios/life.ts'
import { personIn } from '../scenarios/person.ts'
import { plugInto } from './plug.ts'
import { type RangeFile, textOf } from './range-text.ts'
import type { RangeId } from './steps.ts'

/** How often each VM's configuration is compared, in milliseconds of the cluster. */
export const AUDIT_MS = 30_000

/** The user the controller asks as. */
export const CONTROLLER = 'lanista@pve!lanista'

/** A simulated cluster and controllers that come and go, in virtual time, wherever range files are. */
export interface Ground {
  readonly simulator: Simulator
  readonly world: World
  readonly clock: Clock
  /** What the range files say that count. */
  readonly files: ReadonlyMap<RangeId, RangeFile>
  /** What somebody else does as root, through a node that is on; status 0 when there is none. */
  readonly person: ReturnType<typeof personIn>
  /** The controller that lives now. */
  life(): Life
  /** Resolves between two passes, when every range has been looked at since this was called. */
  rest(): Promise<void>
  /** Resolves when such a request of the controller arrives or is answered, and at the latest at rest. */
  moment(match: RequestMatch, phase: 'arrived' | 'answered'): Promise<void>
  /** Requests of the controller that are not reads, oldest first. */
  writes(): readonly JournalEntry[]
}

/** A ground with a folder of range files. */
export interface Arena extends Ground {
  /** The watched folder. */
  readonly folder: string
  /** Puts a range's file into place in one step, or takes it away. */
  write(range: RangeId, file: RangeFile | undefined): Promise<void>
  /** Lets the controller go as a signal does, or breaks off all it does, with or without its state, and starts another. */
  restart(how: 'stopped' | 'killed' | 'killed, and its state deleted'): Promise<void>
  /** Sets the clock of the controller's machine forward, or back. */
  jump(milliseconds: number): void
  close(): Promise<void>
}

/** A small cluster with somebody else's VMs and VNet in it. */
export const newWorld = (memory = 64): World =>
  clusterFrom({
    nodes: ['pve1', 'pve2', 'pve3'].map((name) => ({ name, cores: 16, memory_gib: memory })),
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
    guests: [
      { name: 'web', vmid: 100, node: 'pve1', running: true },
      { name: 'mail', vmid: 101, node: 'pve2', pool: 'office', tags: ['lanista', 'jd'] },
    ],
  })

/** Opens an arena whose folder holds these files, with a controller that has just been started. */
export async function openArena(start: ReadonlyMap<RangeId, RangeFile>, resyncMs = 30_000): Promise<Arena> {
  const world = newWorld()
  const backToRealTime = startVirtualTime()
  const clock = scaledClock()
  const simulator = await startSimulator({ world, clock, durations: { response: 0 } })
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-history-'))
  const ranges = path.join(folder, 'ranges')
  const state = path.join(folder, 'state')
  await mkdir(ranges)
  const files = new Map<RangeId, RangeFile>()
  let skew = 0
  const controllersClock: Clock = { ...clock, now: () => clock.now() + skew }

  const write: Arena['write'] = async (range, file) => {
    const name = path.join(ranges, `${range}.yml`)
    if (file === undefined) {
      files.delete(range)
      await rm(name, { force: true })
      return
    }
    files.set(range, file)
    const staged = path.join(folder, `staged-${range}`)
    await writeFile(staged, textOf(file))
    await rename(staged, name)
  }

  const born = async (): Promise<Life & { kill(): Promise<void> }> => {
    const plug = await plugInto(Object.values(simulator.nodes))
    const store = mortalStore(sdnLockFile(state))
    const life = startLife({
      hosts: plug.hosts,
      token: controllerToken(world) ?? '',
      fingerprint: simulator.fingerprint,
      ranges,
      lockStore: store,
      destroyOrders: destroyOrderFiles(state),
      hostRoutes: new FakeHostRoutes(),
      clock: controllersClock,
      resyncMs,
      settings: { auditMs: AUDIT_MS },
    })
    return {
      ...life,
      end: async () => {
        await life.end()
        await plug.pull()
      },
      kill: async () => {
        store.die()
        await plug.pull()
        await life.end()
      },
    }
  }

  for (const [range, file] of start) await write(range, file)
  let life = await born()

  return {
    ...groundOf({ simulator, world, clock, files, life: () => life }),
    folder: ranges,
    write,
    restart: async (how) => {
      await (how === 'stopped' ? life.end() : life.kill())
      if (how === 'killed, and its state deleted') await rm(state, { recursive: true, force: true })
      life = await born()
    },
    jump: (milliseconds) => {
      skew += milliseconds
    },
    close: async () => {
      await life.end()
      await simulator.close()
      await rm(folder, { recursive: true, force: true })
      backToRealTime()
    },
  }
}

/** What can be done with a cluster and the controller that lives in it. */
export function groundOf(parts: Pick<Ground, 'simulator' | 'world' | 'clock' | 'files' | 'life'>): Ground {
  const { simulator, world } = parts
  const person: Ground['person'] = async (...request) => {
    const on = [...world.nodes.values()].find(({ online }) => online)
    const url = simulator.nodes[on?.name ?? '']
    const lost = { status: 0, reason: '' }
    return url === undefined ? lost : await personIn({ ...simulator, url })(...request).catch(() => lost)
  }
  const rest = async (): Promise<void> => {
    const life = parts.life()
    const { ranges: actors } = life.controller
    for (const range of parts.files.keys()) actors.trigger(range)
    await actors.until(
      () => [...actors.standings().values()].every(({ standing }) => standing !== 'reconciling'),
      life.signal,
    )
  }
  return {
    ...parts,
    person,
    rest,
    moment: async (match, phase) => {
      const asked = { ...match, user: CONTROLLER }
      // A rest that is cut short by the end of this life is nobody's concern.
      await Promise.race([simulator.journal.next(asked, phase), rest().catch(() => undefined)])
    },
    writes: () => simulator.journal.find({ user: CONTROLLER }).filter(({ method }) => method !== 'GET'),
  }
}

/** A store that its owner can't write to any more once it is dead. */
function mortalStore(store: SdnLockStore): SdnLockStore & { die(): void } {
  let dead = false
  const unlessDead = async (work: () => Promise<void>): Promise<void> => {
    if (!dead) await work()
  }
  return {
    read: () => store.read(),
    write: (note) => unlessDead(() => store.write(note)),
    clear: () => unlessDead(() => store.clear()),
    die: () => {
      dead = true
    },
  }
}
