import type { Dashboard } from './dashboard.ts'
import { bars, stat, states, timeSeries } from './panels.ts'

const OF = 'instance="$instance",node="$node"'

export const NODE: Dashboard = {
  uid: 'lanista-node',
  title: 'Lanista: a node',
  description:
    'One node of the cluster: its memory, used, promised and free, its storages, its networks, and the work on it.',
  choices: [{ name: 'node', label: 'Node', metric: 'lanista_node_up{instance="$instance"}', of: 'node' }],
  sections: [
    {
      title: '$node',
      panels: [
        states(
          {
            title: 'Up',
            description: 'Whether it works and tells how it is.',
            width: 12,
            height: 4,
            unit: 'none',
            yes: '✔ up',
            no: '✘ down',
          },
          { expr: `lanista_node_up{${OF}}`, legend: '{{node}}' },
        ),
        stat(
          {
            title: 'Left for VMs',
            description: 'Memory that is neither used nor promised; below 0 more is promised than there is.',
            unit: 'bytes',
            width: 6,
            steps: [
              [undefined, 'red'],
              [0, 'green'],
            ],
          },
          { expr: `lanista_node_memory_bytes{${OF},kind="free"}`, legend: 'free' },
        ),
        stat(
          { title: 'Memory', description: 'All that it has.', unit: 'bytes', width: 6 },
          { expr: `lanista_node_memory_size_bytes{${OF}}`, legend: 'in all' },
        ),
      ],
    },
    {
      title: 'Capacity',
      panels: [
        timeSeries(
          {
            title: 'Memory',
            description: 'used; promised: configured and not used yet, or planned; free: left for further VMs.',
            unit: 'bytes',
            width: 12,
            stacked: true,
          },
          { expr: `lanista_node_memory_bytes{${OF}}`, legend: '{{kind}}' },
        ),
        timeSeries(
          { title: 'CPU', description: 'Load of all cores.', unit: 'percentunit', width: 6 },
          { expr: `lanista_node_cpu_load_ratio{${OF}}`, legend: 'load' },
        ),
        bars(
          {
            title: 'Storages',
            description: 'Its own, and those that all nodes share.',
            unit: 'percentunit',
            width: 6,
            max: 1,
            steps: [
              [undefined, 'green'],
              [0.85, 'orange'],
              [0.95, 'red'],
            ],
          },
          {
            expr: 'lanista_storage_used_bytes{instance="$instance",node=~"|$node"} / lanista_storage_size_bytes{instance="$instance",node=~"|$node"}',
            legend: '{{storage}}',
          },
        ),
      ],
    },
    {
      title: 'Work and networks',
      panels: [
        timeSeries(
          {
            title: 'Work on it',
            description: 'Starts and shutdowns under way, and those that wait for their turn.',
            width: 12,
          },
          { expr: 'lanista_lane_running{instance="$instance",kind="node",name="$node"}', legend: 'under way' },
          { expr: 'lanista_lane_waiting{instance="$instance",kind="node",name="$node"}', legend: 'waiting' },
          { expr: 'lanista_lane_limit{instance="$instance",kind="node",name="$node"}', legend: 'at most' },
        ),
        states(
          {
            title: 'Networks of ranges',
            description: 'Whether they are in force on it.',
            width: 12,
            unit: 'none',
            yes: '✔ in force',
            no: '✘ not',
          },
          { expr: `lanista_range_network_available{${OF}}`, legend: '{{range}}' },
        ),
      ],
    },
  ],
}
