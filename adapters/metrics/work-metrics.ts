import { Histogram } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import type { LaneStanding, Watched } from '../../model/watched.ts'
import { gaugeOf, type Registers } from './gauge-of.ts'

/** Starts take a second, full clones many minutes. */
const TASK_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

/** Tasks that were begun in Proxmox, and the lanes in which work waits for its turn. */
export function workMetrics(registers: Registers, watched: Partial<Watched>): Pick<Metrics, 'taskEnded'> {
  const tasks = new Histogram({
    name: 'lanista_task_seconds',
    help: "Duration of Lanista's tasks in Proxmox by type (Proxmox' word, such as qmclone) and result: ok, or the kind of the error.",
    labelNames: ['type', 'result'] as const,
    buckets: TASK_SECONDS,
    registers,
  })
  gaugeOf(
    registers,
    {
      name: 'lanista_tasks_running',
      help: "Lanista's tasks in Proxmox that are followed to their end just now, by type.",
      labelNames: ['type'] as const,
    },
    () => [...(watched.tasks?.() ?? [])].map(([type, count]) => [{ type }, count]),
  )
  const lane = (name: string, help: string, count: (lane: LaneStanding) => number): void =>
    gaugeOf(registers, { name, help, labelNames: ['kind', 'name'] as const }, () =>
      (watched.lanes?.() ?? []).map((each) => [{ kind: each.kind, name: each.name }, count(each)]),
    )
  lane('lanista_lane_running', 'Works under way on one storage, or on one node.', ({ running }) => running)
  lane('lanista_lane_waiting', 'Works that wait for their turn on one storage, or on one node.', (each) => each.waiting)
  lane(
    'lanista_lane_limit',
    'How many works are begun at once on one storage, where that moves with its congestion, or on one node.',
    ({ limit }) => limit,
  )
  return { taskEnded: (type, result, took) => tasks.observe({ type, result }, took) }
}
