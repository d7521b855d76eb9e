import { availableParallelism, loadavg } from 'node:os'
import { NODE_LIMIT, STORAGE_LIMITS } from '../../adapters/proxmox/lanes.ts'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { realisticDurations } from '../../adapters/simulator/durations.ts'
import { openLab } from '../scenarios/lab.ts'
import { rangeText } from '../scenarios/ranges.ts'
import { bestDeployment } from './best-deployment.ts'

/** With its router, a range has one VM more. */
const [RANGES, VMS_EACH] = [6, 9]
const NODES = ['pve1', 'pve2', 'pve3'] as const
/** Of the cluster, in seconds. */
const [CLONE, START] = [8, 3]
/** Real time, so that the work of this machine counts no more than it would against a real cluster. */
const SPEED = 1
const RUNS = 3
/** The measured time shall be no more than so many times the best possible one. */
const ENOUGH = 1.15

interface Measured {
  /** From the moment before the first file is dropped, in seconds of the cluster. */
  readonly firstClone: number
  readonly networks: number
  readonly lastClone: number
  readonly running: number
  readonly ready: number
  /** Writes of each kind, for all VMs together. */
  readonly vmWrites: readonly number[]
  readonly otherWrites: number
  /** Writes refused and tasks ended otherwise than well, such as for want of a lock. */
  readonly failures: number
}

/**
 * Six range files dropped at once, until all their VMs run, against the best schedule that the lanes' limits allow: those
 * of a storage on which all goes well. When a VM runs is told by its start task's end.
 */
export async function benchDeploy(): Promise<void> {
  const vms = RANGES * (VMS_EACH + 1)
  const networks = (NODES.length * realisticDurations.networkReload) / 1000
  const limits = { vms, clone: CLONE, start: START, networks, starts: NODES.length * NODE_LIMIT }
  const best = bestDeployment({ ...limits, storage: STORAGE_LIMITS })
  const bestAtMost = bestDeployment({ ...limits, storage: { ...STORAGE_LIMITS, start: STORAGE_LIMITS.most } })
  console.log(
    `deploy: ${vms} VMs in ${RANGES} ranges (${VMS_EACH} and a router each) on ${NODES.length} nodes and one storage; clone ${CLONE} s, start ${START} s, SDN apply ${networks} s; ${availableParallelism()} processors, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  )
  console.log(
    `deploy: the lanes' limits: ${STORAGE_LIMITS.start} clones at once on the storage, one more after each that went well, up to ${STORAGE_LIMITS.most}; ${NODE_LIMIT} starts at once on a node`,
  )
  const runs: Measured[] = []
  for (let run = 0; run < RUNS; run++) {
    const measured = await deploy()
    runs.push(measured)
    console.log(`deploy: ${line(measured)}`)
  }
  const running = medianOf(runs.map((each) => each.running))
  const ratio = running / best
  console.log(
    `deploy: best possible within these limits ${best.toFixed(1)} s (${bestAtMost.toFixed(1)} s if ${STORAGE_LIMITS.most} clones were allowed from the first), last VM running after ${running.toFixed(1)} s (median of ${RUNS}), ratio ${ratio.toFixed(2)}: ${ratio <= ENOUGH ? 'within' : 'NOT within'} ${ENOUGH}`,
  )
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const line = ({ firstClone, networks, lastClone, running, ready, ...rest }: Measured): string =>
  `first clone asked for at ${firstClone.toFixed(1)} s, networks in force ${networks.toFixed(1)} s, last clone done ${lastClone.toFixed(1)} s, last VM running ${running.toFixed(1)} s, all Ready ${ready.toFixed(1)} s; ${rest.vmWrites.join(' + ')} writes to VMs (clone, config, start), ${rest.otherWrites} others, ${rest.failures} in vain`

async function deploy(): Promise<Measured> {
  const world = clusterFrom({
    nodes: NODES.map((name) => ({ name, cores: 128, memory_gib: 1024 })),
    storages: [{ id: 'shared', shared: true, size_gib: 65_536 }],
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
  })
  const ids = Array.from({ length: RANGES }, (_, index) => `R${index}`)
  const vms = Array.from({ length: VMS_EACH }, (_, index) => ({ name: `vm${index}`, vlan: 10, octet: index + 1 }))
  const cloneBesides = CLONE * 1000 - realisticDurations.linkedClone
  const lab = await openLab({ world, speed: SPEED, durations: { cloneBesides, start: START * 1000 } })
  // The first look at the (empty) folder is over and nothing is under way.
  await lab.pass()
  const { clock } = lab.simulator.simulation
  const tasks: { readonly type: string; readonly at: number; readonly status: string | undefined }[] = []
  const known = new Set<unknown>()
  // The ends that Proxmox tells are whole seconds.
  lab.simulator.journal.listen(() => {
    for (const task of world.tasks.filter((each) => !known.has(each))) {
      known.add(task)
      void task.done.then(() => tasks.push({ type: task.type, at: sinceDrop(clock.now()), status: task.end?.status }))
    }
  })
  const dropped = clock.now()
  const sinceDrop = (at: number): number => (at - dropped) / 1000
  for (const id of ids) await lab.drop(`${id}.yml`, rangeText(vms))
  await lab.until(() => lab.ready(...ids))
  const ready = sinceDrop(clock.now())
  await lab.close()
  const writes = lab.writes()
  const count = (method: string, path: RegExp): number =>
    writes.filter((write) => write.method === method && path.test(write.path)).length
  const vmWrites = [count('POST', /\/clone$/), count('PUT', /\/config$/), count('POST', /\/status\/start$/)]
  const endsOf = (type: string): readonly number[] => tasks.filter((task) => task.type === type).map(({ at }) => at)
  return {
    firstClone: sinceDrop(writes.find(({ path }) => path.endsWith('/clone'))?.at ?? 0),
    networks: Math.max(...endsOf('reloadnetworkall')),
    lastClone: Math.max(...endsOf('qmclone')),
    running: Math.max(...endsOf('qmstart')),
    ready,
    vmWrites,
    otherWrites: writes.length - vmWrites.reduce((sum, each) => sum + each, 0),
    failures:
      writes.filter(({ status }) => status !== 200).length + tasks.filter(({ status }) => status !== 'OK').length,
  }
}
