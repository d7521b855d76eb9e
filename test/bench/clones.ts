import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { openLab } from '../scenarios/lab.ts'
import { rangeText } from '../scenarios/ranges.ts'

const [RANGES, VMS_EACH] = [10, 19]
/** Slow enough that the machine keeps up with the simulated cluster. */
const SPEED = 6
/** Fixed numbers of clones at once that the adaptive one is held against. */
const FIXED = [8, 16, 32, 48] as const
/** Each is run so often, in turn, and its median counts: who gets the storage's lock next is chance. */
const RUNS = 3

interface Deployment {
  /** From the first clone's request to the last clone's end, in seconds of the cluster. */
  readonly seconds: number
  readonly clones: number
  /** Clones that ended in a lock timeout and were made again. */
  readonly lockTimeouts: number
  /** Statuses that ever spoke of a lock. */
  readonly lockStatuses: number
}

/** Ranges of 200 VMs in all on one storage: how long their cloning takes with an adaptive and with fixed limits. */
export async function benchClones(): Promise<void> {
  const limits: readonly (number | undefined)[] = [undefined, ...FIXED]
  const seconds = new Map<number | undefined, number[]>(limits.map((limit) => [limit, []]))
  for (let run = 0; run < RUNS; run++)
    for (const limit of limits) {
      const deployment = await deploy(limit)
      seconds.get(limit)?.push(deployment.seconds)
      console.log(`clones: ${limit === undefined ? 'adaptive' : `fixed ${limit}`}: ${line(deployment)}`)
    }
  const [adaptive = 0, ...fixed] = limits.map((limit) => medianOf(seconds.get(limit) ?? []))
  const best = Math.min(...fixed)
  console.log(
    `clones: medians of ${RUNS}: adaptive ${adaptive.toFixed(1)} s, best fixed ${best.toFixed(1)} s, ratio ${(adaptive / best).toFixed(2)}`,
  )
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const line = ({ seconds, clones, lockTimeouts, lockStatuses }: Deployment): string =>
  `${clones} clones in ${seconds.toFixed(1)} s of the cluster, ${lockTimeouts} lock timeouts on the way, ${lockStatuses} in a status`

async function deploy(fixed: number | undefined): Promise<Deployment> {
  const world = clusterFrom({
    nodes: ['pve1', 'pve2', 'pve3'].map((name) => ({ name, cores: 128, memory_gib: 1024 })),
    storages: [{ id: 'shared', shared: true, size_gib: 65_536 }],
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
  })
  const ids = Array.from({ length: RANGES }, (_, index) => `R${index}`)
  const vms = Array.from({ length: VMS_EACH }, (_, index) => ({ name: `vm${index}`, vlan: 10, octet: index + 1 }))
  const files = Object.fromEntries(ids.map((id) => [`${id}.yml`, rangeText(vms)]))
  const storageLimits = fixed === undefined ? {} : { storageLimits: { start: fixed, most: fixed } }
  const lab = await openLab({ world, files, speed: SPEED, ...storageLimits })
  let lockStatuses = 0
  lab.controller.board.onChange((status) => {
    if (/lock/i.test(JSON.stringify(status))) lockStatuses += 1
  })
  await lab.until(() => lab.ready(...ids))
  const tasks = world.tasks.filter(({ type }) => type === 'qmclone')
  const requests = lab.simulator.journal.find({ method: 'POST', path: /\/clone$/ })
  const ends = tasks.map(({ end }) => end?.at ?? 0)
  await lab.close()
  return {
    seconds: Math.max(...ends) - Math.min(...requests.map(({ at }) => at)) / 1000,
    clones: tasks.filter(({ end }) => end?.status === 'OK').length,
    lockTimeouts: tasks.filter(({ end }) => end?.status.includes('lock request timeout') === true).length,
    lockStatuses,
  }
}
