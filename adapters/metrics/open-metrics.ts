import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type ConditionType, SUSPENDED } from '../../model/condition.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import { VM_PHASES } from '../../model/vm-phase.ts'

/** Metrics, and the page that Prometheus reads. */
export interface MetricsPage extends Metrics {
  readonly contentType: string
  /** The page in Prometheus' text format. */
  render(): Promise<string>
}

const STATUSES = ['True', 'False', 'Unknown'] as const

/** Passes take milliseconds when there is nothing to do, and minutes when VMs are cloned. */
const PASS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Node's own metrics that are gauges named like counters: promtool refuses the page for them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** A fresh registry with Lanista's metrics and Node's. Ranges number 153 at most, so a `range` label stays small. */
export function openMetrics(version: string): MetricsPage {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)

  const condition = new Gauge({
    name: 'lanista_range_condition',
    help: 'Conditions of a range: 1 for the status that holds, 0 for the others.',
    labelNames: ['range', 'type', 'status'] as const,
    registers,
  })
  const suspended = new Gauge({
    name: 'lanista_range_suspended',
    help: 'Whether the author of a range has told Lanista to leave it alone (1) or not (0).',
    labelNames: ['range'] as const,
    registers,
  })
  const vms = new Gauge({
    name: 'lanista_range_vms',
    help: 'VMs of a range, its router included, by phase.',
    labelNames: ['range', 'phase'] as const,
    registers,
  })
  const networks = new Gauge({
    name: 'lanista_range_network_available',
    help: "Whether a range's networks are in force on a node (1) or not (0), by the node's own word and its last reload.",
    labelNames: ['range', 'node'] as const,
    registers,
  })
  const reconcileSeconds = new Histogram({
    name: 'lanista_reconcile_seconds',
    help: 'Duration of passes over ranges by result.',
    labelNames: ['result'] as const,
    buckets: PASS_SECONDS,
    registers,
  })
  const reconcileTotal = new Counter({
    name: 'lanista_reconcile_total',
    help: 'Passes over a range by result.',
    labelNames: ['range', 'result'] as const,
    registers,
  })
  const requestsTotal = new Counter({
    name: 'lanista_proxmox_requests_total',
    help: 'Calls to the Proxmox API by result: ok, or the kind of the error.',
    labelNames: ['method', 'route', 'result'] as const,
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'lanista_proxmox_request_seconds',
    help: 'Duration of calls to the Proxmox API.',
    labelNames: ['method', 'route'] as const,
    buckets: REQUEST_SECONDS,
    registers,
  })
  const files = new Gauge({
    name: 'lanista_range_files',
    help: 'Range files by state.',
    labelNames: ['state'] as const,
    registers,
  })
  const stateWritable = new Gauge({
    name: 'lanista_state_dir_writable',
    help: '1 when the last status could be written to the state directory, 0 when it could not.',
    registers,
  })
  const observedAt = new Gauge({
    name: 'lanista_last_successful_observe_timestamp_seconds',
    help: 'When the whole cluster was last read, in Unix time; 0 before the first time.',
    registers,
  })
  const configSuccessful = new Gauge({
    name: 'lanista_config_last_reload_successful',
    help: 'Whether the newest version of the configuration is in use (1), or was refused (0).',
    registers,
  })
  const configReloadedAt = new Gauge({
    name: 'lanista_config_last_reload_success_timestamp_seconds',
    help: 'When a version of the configuration was last taken into use, in Unix time.',
    registers,
  })
  const zoneFindings = new Gauge({
    name: 'lanista_zone_findings',
    help: 'What is wrong with the SDN zone, by reason: how many nodes it is about, 1 for the zone as a whole.',
    labelNames: ['reason', 'severity'] as const,
    registers,
  })
  const notifications = new Counter({
    name: 'lanista_notifications_total',
    help: 'Notifications by result: delivered, refused by the service, failed after all attempts, or dropped.',
    labelNames: ['result'] as const,
    registers,
  })
  const forgeStatuses = new Counter({
    name: 'lanista_git_statuses_total',
    help: 'Statuses of commits that the forge was told, by result: delivered, refused, or failed and tried again.',
    labelNames: ['result'] as const,
    registers,
  })
  const gitHooks = new Counter({
    name: 'lanista_git_hooks_total',
    help: 'Requests to the webhook by result: accepted, refused for want of the secret, limited, tooLarge, tooSlow, wrongMethod, broken.',
    labelNames: ['result'] as const,
    registers,
  })
  const pruneWaiting = new Gauge({
    name: 'lanista_prune_waiting_ranges',
    help: 'Ranges whose file is gone and that go only after lanista approve.',
    registers,
  })
  const tasksOfOthers = new Counter({
    name: 'lanista_tasks_of_others_total',
    help: 'Tasks that another program has begun with the API token of this Lanista: most likely a second Lanista.',
    registers,
  })
  /** Only where there is a repository: a time of 0 would be a very old one. */
  const openGit = () => ({
    committedAt: new Gauge({
      name: 'lanista_git_commit_timestamp_seconds',
      help: 'When the commit of range files in force was written, by its author, in Unix time.',
      registers,
    }),
    askedAt: new Gauge({
      name: 'lanista_git_last_successful_ask_timestamp_seconds',
      help: 'When the server of the repository last told where the branch is, in Unix time.',
      registers,
    }),
    findingSince: new Gauge({
      name: 'lanista_git_finding_since_timestamp_seconds',
      help: 'Since when no newer commit goes in force, by reason, in Unix time; absent when the newest one is.',
      labelNames: ['reason'] as const,
      registers,
    }),
  })
  let git: ReturnType<typeof openGit> | undefined
  const build = new Gauge({
    name: 'lanista_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version'] as const,
    registers,
  })
  build.set({ version }, 1)

  // What is removed when a range goes: only these label sets were ever set for it.
  const conditionTypes = new Map<string, Set<ConditionType>>()
  const nodes = new Map<string, Set<string>>()
  const forgetNodes = (range: string, kept: ReadonlySet<string>): void => {
    for (const node of nodes.get(range) ?? []) if (!kept.has(node)) networks.remove({ range, node })
  }
  return {
    contentType: registry.contentType,
    render: async () => await registry.metrics(),
    rangeStatus: ({ id, conditions, vms: machines, networks: states }) => {
      const known = conditionTypes.get(id) ?? new Set()
      const holding = new Set(conditions.map(({ type }) => type))
      for (const type of known)
        if (!holding.has(type)) for (const status of STATUSES) condition.remove({ range: id, type, status })
      conditionTypes.set(id, holding)
      for (const { type, status: holds } of conditions)
        for (const status of STATUSES) condition.set({ range: id, type, status }, status === holds ? 1 : 0)
      const isSuspended = conditions.some(({ type, reason }) => type === 'Ready' && reason === SUSPENDED)
      suspended.set({ range: id }, isSuspended ? 1 : 0)
      const present = new Set(states.map(({ node }) => node))
      forgetNodes(id, present)
      nodes.set(id, present)
      for (const { node, state } of states) networks.set({ range: id, node }, state === 'available' ? 1 : 0)
      for (const phase of VM_PHASES) vms.set({ range: id, phase }, machines.filter((vm) => vm.phase === phase).length)
    },
    rangeGone: (range) => {
      for (const type of conditionTypes.get(range) ?? [])
        for (const status of STATUSES) condition.remove({ range, type, status })
      conditionTypes.delete(range)
      suspended.remove({ range })
      forgetNodes(range, new Set())
      nodes.delete(range)
      for (const phase of VM_PHASES) vms.remove({ range, phase })
      for (const result of ['settled', 'progressing', 'retry', 'stalled'] as const)
        reconcileTotal.remove({ range, result })
    },
    reconciled: (range, result, seconds) => {
      reconcileTotal.inc({ range, result })
      reconcileSeconds.observe({ result }, seconds)
    },
    proxmoxRequest: (method, route, result, seconds) => {
      requestsTotal.inc({ method, route, result })
      requestSeconds.observe({ method, route }, seconds)
    },
    rangeFiles: ({ valid, invalid }) => {
      files.set({ state: 'valid' }, valid)
      files.set({ state: 'invalid' }, invalid)
    },
    configReloaded: (successful, at) => {
      configSuccessful.set(successful ? 1 : 0)
      if (successful) configReloadedAt.set(at / 1000)
    },
    git: ({ commit, finding, askedAt }) => {
      git ??= openGit()
      if (commit !== undefined) git.committedAt.set(Date.parse(commit.at) / 1000)
      if (askedAt !== undefined) git.askedAt.set(Date.parse(askedAt) / 1000)
      git.findingSince.reset()
      if (finding !== undefined) git.findingSince.set({ reason: finding.reason }, Date.parse(finding.since) / 1000)
    },
    forgeStatus: (result) => forgeStatuses.inc({ result }),
    gitHook: (result) => gitHooks.inc({ result }),
    notified: (result) => notifications.inc({ result }),
    taskOfOther: () => tasksOfOthers.inc(),
    pruneWaiting: (ranges) => pruneWaiting.set(ranges),
    statusWritten: (successful) => stateWritable.set(successful ? 1 : 0),
    observed: (at) => observedAt.set(at / 1000),
    zoneFindings: (findings) => {
      zoneFindings.reset()
      for (const { reason, severity, nodes } of findings) zoneFindings.set({ reason, severity }, nodes.length || 1)
    },
  }
}
