import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { pruneParts } from '../builders/prune-parts.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { type Lab, openLab } from '../scenarios/lab.ts'
import { madeWorld } from '../scenarios/made-world.ts'
import { CONTROLLER } from './arena.ts'
import {
  AGAIN,
  type Change,
  type Course,
  type CourseName,
  COURSES,
  make,
  NAME,
  ROUTER,
  SUSPENDED,
  VMID,
  VNET,
} from './turn-courses.ts'
import { Watch } from './turn-watch.ts'

/** What came of it. */
export interface Turned {
  /** The request came: the course was still going on. */
  readonly isReached: boolean
  /** Lanista's requests from the beginning of the course on, such as `GET /cluster/tasks`. */
  readonly requests: readonly string[]
  readonly found: readonly string[]
}

/** So long it may take until everything is right again. */
const PATIENCE_MS = 120_000
/** So long it goes on after the change before everything is put back. */
const AFTERWARDS_MS = 40_000

/**
 * Lets a course begin, and has the change made as its n-th request arrives. Tells of each write that is made although it is not
 * justified any more, or that was not looked at right before, and of what is not right in the end, when the change was undone.
 *
 * A write that was sent before may still arrive; that one arrives before any time has passed, and with no look after the change.
 */
export async function turnAt(name: CourseName, change: Change, request: number): Promise<Turned> {
  const course: Course = COURSES[name]
  // From before the world is made until the lab holds it, so that nothing in it has happened later than now.
  const backToRealTime = startVirtualTime()
  const lab = await openLab({
    ...(course.before === undefined ? {} : { world: await madeWorld({ 'JD.yml': course.before }) }),
    // Beside it a file that shows pruning that the folder is sound, of a range that is left alone.
    files: { 'KT.yml': SUSPENDED, ...(course.before === undefined ? {} : { 'JD.yml': course.before }) },
    settings: { auditMs: 20_000 },
    prune: () =>
      pruneParts({
        settings: () => ({ enabled: name === 'a range is pruned', grace: 1000, budget: 1 }),
        stopwatch: () => performance.now(),
      }),
  })
  backToRealTime()
  const found: string[] = []
  const requests: string[] = []
  try {
    if (course.before !== undefined) await lab.until(() => lab.ready('JD'))
    await lab.sleep(11_000)
    const isOwn = ({ user }: JournalEntry): boolean => user === CONTROLLER
    lab.simulator.journal.listen((entry, phase) => {
      if (phase === 'arrived' && isOwn(entry)) requests.push(`${entry.method} ${entry.path}`)
    })
    const turn = { at: Number.NaN, number: Number.POSITIVE_INFINITY, happened: false }
    const watch = new Watch(lab, course, change, turn)
    let undo: () => void = () => undefined
    const armed = lab.simulator.arm({
      on: 'request',
      match: { user: CONTROLLER },
      skip: request,
      at: 'before',
      effect: {
        kind: 'edit',
        edit: async (world) => {
          const undone = await make(change, course, lab, world)
          if (undone === undefined) return
          undo = undone
          const last = lab.simulator.journal.entries().at(-1)
          Object.assign(turn, { at: last?.at, number: last?.number, happened: true })
        },
      },
    })
    await course.begin(lab)
    const isReached = (): boolean => requests.length > request
    while (!isReached() && !course.isOver(lab)) await lab.sleep(200)
    armed.disarm()
    if (!isReached()) return { isReached: false, requests, found: watch.found }
    await lab.sleep(AFTERWARDS_MS)
    watch.end()
    found.push(...watch.found)
    undo()
    await lab.drop('JD.yml', AGAIN)
    const { board } = lab.controller
    await lab.until(() => lab.ready('JD') && board.get('JD')?.vms.length === 2)
    for (let waited = 0; waited < PATIENCE_MS && wrongInTheEnd(lab).length > 0; waited += 1000) await lab.sleep(1000)
    found.push(...wrongInTheEnd(lab))
    return { isReached: true, requests, found }
  } catch (error) {
    return {
      isReached: requests.length > request,
      requests,
      found: [...found, error instanceof Error ? error.message : String(error)],
    }
  } finally {
    await lab.close()
  }
}

/** How the cluster differs from what the file asks for in the end. */
function wrongInTheEnd({ simulator: { world } }: Lab): readonly string[] {
  const named = [...world.guests.values()].filter(({ config }) => String(config.get('name')).startsWith('JD-'))
  const pool = [...(world.pools.get('JD')?.vms ?? [])].toSorted((one, other) => one - other)
  const nic = String(world.guests.get(VMID)?.config.get('net0'))
  return [
    ...(world.sdn.lock === undefined ? [] : ['the SDN lock is held']),
    ...(named.length === 2 ? [] : [`there are ${named.length} VMs`]),
    ...(JSON.stringify(pool) === JSON.stringify([ROUTER, VMID]) ? [] : [`the pool has ${pool.join(', ')}`]),
    ...named.filter(({ running }) => running === undefined).map(({ config }) => `${config.get('name')} is off`),
    ...(world.sdn.running.vnets.has(VNET) && world.sdn.configured.vnets.has(VNET) ? [] : ['the VNet is not there']),
    ...(nic.includes(`bridge=${VNET},tag=10`) ? [] : [`${NAME} is plugged into ${nic}`]),
  ]
}
