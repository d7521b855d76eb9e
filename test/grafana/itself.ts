import type { Dashboard } from './dashboard.ts'
import { stat, states, timeSeries, words } from './panels.ts'

const OF = 'instance="$instance"'
const RATE = '[$__rate_interval]'

export const ITSELF: Dashboard = {
  uid: 'lanista-itself',
  title: 'Lanista: itself',
  description: 'The controller: its passes, its way to Proxmox, its locks and lanes, and the process.',
  choices: [],
  sections: [
    {
      title: 'Now',
      panels: [
        words(
          { title: 'Version', description: 'What runs.', width: 4, unit: 'none' },
          { expr: `lanista_build_info{${OF}}`, legend: '{{version}}' },
        ),
        stat(
          { title: 'Runs for', description: 'Since its start.', unit: 's', width: 4 },
          { expr: `time() - process_start_time_seconds{${OF}}`, legend: 'up' },
        ),
        states(
          {
            title: 'Configuration',
            description: 'Whether the newest version is in use.',
            width: 4,
            height: 4,
            unit: 'none',
            yes: '✔ in use',
            no: '✘ refused',
          },
          { expr: `lanista_config_last_reload_successful{${OF}}`, legend: 'newest' },
        ),
        states(
          {
            title: 'State directory',
            description: 'Whether the last status could be written.',
            width: 4,
            height: 4,
            unit: 'none',
            yes: '✔ writable',
            no: '✘ not',
          },
          { expr: `lanista_state_dir_writable{${OF}}`, legend: 'statuses' },
        ),
        stat(
          {
            title: 'Left for the state',
            description: 'Of the file system that the state directory is on.',
            unit: 'percentunit',
            width: 4,
            steps: [
              [undefined, 'red'],
              [0.1, 'green'],
            ],
          },
          {
            expr: `lanista_state_dir_available_bytes{${OF}} / lanista_state_dir_size_bytes{${OF}}`,
            legend: 'free',
          },
        ),
        stat(
          {
            title: 'Commit in force',
            description: 'When it was written; nothing where range files are in a folder.',
            unit: 's',
            width: 4,
          },
          { expr: `time() - lanista_git_commit_timestamp_seconds{${OF}}`, legend: 'old' },
          { expr: `time() - lanista_git_last_successful_ask_timestamp_seconds{${OF}}`, legend: 'last asked' },
        ),
      ],
    },
    {
      title: 'Passes',
      panels: [
        timeSeries(
          { title: 'Passes', description: 'Over all ranges, by result.', unit: 'ops', width: 8, stacked: true },
          {
            expr: `sum by (result) (rate(lanista_reconcile_seconds_count{${OF}}${RATE}))`,
            legend: '{{result}}',
          },
        ),
        timeSeries(
          {
            title: 'Duration of passes',
            description: 'Half of them, nine in ten and 99 in a hundred took no longer.',
            unit: 's',
            width: 8,
          },
          ...[0.5, 0.9, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(lanista_reconcile_seconds_bucket{${OF}}${RATE})))`,
            legend: `${quantile * 100} %`,
          })),
        ),
        timeSeries(
          {
            title: 'Not answered yet',
            description: 'Ranges of which something was asked that no whole pass has answered.',
            width: 4,
          },
          { expr: `lanista_queue_depth{${OF}}`, legend: 'ranges' },
        ),
        timeSeries(
          { title: 'Oldest of them', description: 'For how long it has waited.', unit: 's', width: 4 },
          { expr: `lanista_queue_oldest_age_seconds{${OF}}`, legend: 'age' },
        ),
        timeSeries(
          { title: 'Where ranges stand', description: 'With all of their VMs.', width: 12, stacked: true },
          { expr: `lanista_ranges{${OF}}`, legend: '{{standing}}' },
        ),
        timeSeries(
          {
            title: 'Comparison of VMs with their files',
            description: 'How far it is behind its turn.',
            unit: 's',
            width: 12,
          },
          { expr: `lanista_audit_lag_seconds{${OF}}`, legend: 'lag' },
        ),
      ],
    },
    {
      title: 'Proxmox',
      panels: [
        timeSeries(
          {
            title: 'Requests',
            description: 'By result: ok, or the kind of the error.',
            unit: 'ops',
            width: 8,
            stacked: true,
          },
          {
            expr: `sum by (result) (rate(lanista_proxmox_requests_total{${OF}}${RATE}))`,
            legend: '{{result}}',
          },
        ),
        timeSeries(
          { title: 'Slowest requests', description: 'Nine in ten took no longer.', unit: 's', width: 8 },
          {
            expr: `topk(8, histogram_quantile(0.9, sum by (method, route, le) (rate(lanista_proxmox_request_seconds_bucket{${OF}}${RATE}))))`,
            legend: '{{method}} {{route}}',
          },
        ),
        timeSeries(
          { title: 'Sent once more', description: 'As what went wrong before may pass.', unit: 'ops', width: 8 },
          {
            expr: `sum by (method, route) (rate(lanista_proxmox_retries_total{${OF}}${RATE})) > 0`,
            legend: '{{method}} {{route}}',
          },
        ),
        states(
          {
            title: 'API hosts',
            description: 'Whether each is asked; if not, it has failed, or it lacks what others may have.',
            width: 8,
            unit: 'none',
            yes: '✔ asked',
            no: '✘ left out',
          },
          { expr: `lanista_proxmox_host_state{${OF},state="asked"}`, legend: '{{host}}' },
        ),
        timeSeries(
          {
            title: 'Clocks of API hosts',
            description: "How far they are ahead of this machine's.",
            unit: 's',
            width: 8,
          },
          { expr: `lanista_proxmox_clock_ahead_seconds{${OF}}`, legend: '{{host}}' },
        ),
        timeSeries(
          { title: 'Requests that wait', description: 'For their turn at a host.', width: 8 },
          { expr: `lanista_proxmox_requests_waiting{${OF}}`, legend: '{{host}}' },
        ),
      ],
    },
    {
      title: 'Work',
      panels: [
        timeSeries(
          { title: 'Tasks', description: 'Followed to their end just now.', width: 8, stacked: true },
          { expr: `lanista_tasks_running{${OF}}`, legend: '{{type}}' },
        ),
        timeSeries(
          { title: 'Duration of tasks', description: 'On average.', unit: 's', width: 8 },
          {
            expr: `sum by (type) (rate(lanista_task_seconds_sum{${OF}}${RATE})) / sum by (type) (rate(lanista_task_seconds_count{${OF}}${RATE}))`,
            legend: '{{type}}',
          },
        ),
        timeSeries(
          { title: 'Tasks that failed', description: 'By the kind of the error.', unit: 'ops', width: 8 },
          {
            expr: `sum by (type, result) (rate(lanista_task_seconds_count{${OF},result!="ok"}${RATE}))`,
            legend: '{{type}}: {{result}}',
          },
        ),
        timeSeries(
          {
            title: 'Lanes of storages',
            description: 'Clones under way, those that wait, and how many may be begun at once.',
            width: 8,
          },
          { expr: `lanista_lane_running{${OF},kind="storage"}`, legend: '{{name}} under way' },
          { expr: `lanista_lane_waiting{${OF},kind="storage"}`, legend: '{{name}} waiting' },
          { expr: `lanista_lane_limit{${OF},kind="storage"}`, legend: '{{name}} at most' },
        ),
        states(
          {
            title: 'SDN lock',
            description: 'Whether this Lanista holds it.',
            width: 8,
            unit: 'none',
            yes: 'held',
            no: 'not held',
            good: 'no',
          },
          { expr: `lanista_sdn_lock_held{${OF}}`, legend: 'lock' },
        ),
        timeSeries(
          { title: 'SDN lock, asked for and held', description: 'How long on average.', unit: 's', width: 8 },
          {
            expr: `sum by (result) (rate(lanista_sdn_lock_wait_seconds_sum{${OF}}${RATE})) / sum by (result) (rate(lanista_sdn_lock_wait_seconds_count{${OF}}${RATE}))`,
            legend: 'asked: {{result}}',
          },
          {
            expr: `rate(lanista_sdn_lock_hold_seconds_sum{${OF}}${RATE}) / rate(lanista_sdn_lock_hold_seconds_count{${OF}}${RATE})`,
            legend: 'held',
          },
        ),
      ],
    },
    {
      title: 'Process',
      panels: [
        timeSeries(
          { title: 'Memory', description: 'Of the process.', unit: 'bytes', width: 8 },
          { expr: `process_resident_memory_bytes{${OF}}`, legend: 'resident' },
          { expr: `nodejs_heap_size_used_bytes{${OF}}`, legend: 'heap' },
        ),
        timeSeries(
          { title: 'CPU', description: 'Of one core.', unit: 'percentunit', width: 8 },
          { expr: `rate(process_cpu_seconds_total{${OF}}${RATE})`, legend: 'CPU' },
        ),
        timeSeries(
          { title: 'Event loop', description: 'How late it is.', unit: 's', width: 8 },
          { expr: `nodejs_eventloop_lag_p99_seconds{${OF}}`, legend: '99 %' },
          { expr: `nodejs_eventloop_lag_mean_seconds{${OF}}`, legend: 'mean' },
        ),
        timeSeries(
          { title: 'Who is told', description: 'Notifications by result.', unit: 'ops', width: 12 },
          {
            expr: `sum by (result) (rate(lanista_notifications_total{${OF}}${RATE}))`,
            legend: '{{result}}',
          },
        ),
        timeSeries(
          { title: 'Range files', description: 'By state.', width: 12, stacked: true },
          { expr: `lanista_range_files{${OF}}`, legend: '{{state}}' },
        ),
      ],
    },
  ],
}
