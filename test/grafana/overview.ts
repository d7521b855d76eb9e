import type { Dashboard } from './dashboard.ts'
import { bars, stat, states, table, timeSeries } from './panels.ts'

export const OVERVIEW: Dashboard = {
  uid: 'lanista-overview',
  title: 'Lanista: overview',
  description: 'All ranges, the cluster that they are on, and what is wrong.',
  choices: [],
  sections: [
    {
      title: 'Now',
      panels: [
        stat(
          {
            title: 'Ready',
            description: 'Ranges that are as their files ask.',
            width: 4,
            steps: [[undefined, 'green']],
          },
          { expr: 'sum(lanista_range_ready{instance="$instance"})', legend: 'ranges' },
        ),
        stat(
          {
            title: 'Not Ready',
            description: 'Ranges that are not as their files ask, but for those that are suspended.',
            width: 4,
            steps: [
              [undefined, 'green'],
              [1, 'red'],
            ],
          },
          {
            expr: 'count((lanista_range_ready{instance="$instance"} == 0) unless on (instance, range) (lanista_range_suspended == 1)) or vector(0)',
            legend: 'ranges',
          },
        ),
        stat(
          { title: 'Suspended', description: 'Ranges that Lanista has been told to leave alone.', width: 4 },
          { expr: 'sum(lanista_range_suspended{instance="$instance"})', legend: 'ranges' },
        ),
        stat(
          { title: 'Running', description: 'VMs of all ranges that run, routers included.', width: 4 },
          { expr: 'sum(lanista_range_vms{instance="$instance",phase="running"})', legend: 'VMs' },
        ),
        stat(
          {
            title: 'In trouble',
            description: 'VMs that something is in the way of.',
            width: 4,
            steps: [
              [undefined, 'green'],
              [1, 'orange'],
            ],
          },
          { expr: 'sum(lanista_range_vms_in_trouble{instance="$instance"}) or vector(0)', legend: 'VMs' },
        ),
        stat(
          {
            title: 'Cluster last read',
            description: 'Nothing is decided without a look at the whole cluster.',
            unit: 's',
            width: 4,
            steps: [
              [undefined, 'green'],
              [300, 'red'],
            ],
          },
          {
            expr: 'time() - lanista_last_successful_observe_timestamp_seconds{instance="$instance"}',
            legend: 'ago',
          },
        ),
      ],
    },
    {
      title: 'Ranges',
      panels: [
        table(
          {
            title: 'Ranges',
            description: 'A click on a range leads to its own dashboard.',
            width: 12,
            height: 12,
            by: 'range',
            link: { uid: 'lanista-range', variable: 'range' },
          },
          [
            {
              query: { expr: 'max by (range) (lanista_range_ready{instance="$instance"})', legend: 'state' },
              flag: ['✔ Ready', '✘ not Ready'],
            },
            {
              query: {
                expr: 'max by (range) (time() - lanista_range_ready_transition_timestamp_seconds{instance="$instance"})',
                legend: 'for',
              },
              unit: 's',
            },
            {
              query: { expr: 'sum by (range) (lanista_range_vms{instance="$instance"})', legend: 'VMs' },
            },
            {
              query: {
                expr: 'sum by (range) (lanista_range_vms{instance="$instance",phase="running"})',
                legend: 'running',
              },
            },
            {
              query: {
                expr: 'sum by (range) (lanista_range_vms_in_trouble{instance="$instance"})',
                legend: 'in trouble',
              },
            },
            {
              query: { expr: 'max by (range) (lanista_range_vms_drifted{instance="$instance"})', legend: 'drifted' },
            },
          ],
        ),
        states(
          {
            title: 'Ready over time',
            description: 'Each range, and when it was as its file asks.',
            width: 12,
            height: 12,
            unit: 'none',
            yes: '✔',
            no: '✘',
          },
          { expr: 'lanista_range_ready{instance="$instance"}', legend: '{{range}}' },
        ),
        timeSeries(
          { title: 'VMs by phase', description: 'Of all ranges.', width: 12, stacked: true },
          { expr: 'sum by (phase) (lanista_range_vms{instance="$instance"}) > 0', legend: '{{phase}}' },
        ),
        timeSeries(
          {
            title: 'Why ranges are not Ready',
            description: 'Ranges by the reason of their condition Ready, but for those that are.',
            width: 12,
            stacked: true,
          },
          {
            expr: 'count by (reason) (lanista_range_condition_reason{instance="$instance",type="Ready",reason!~"Ready|Absent"})',
            legend: '{{reason}}',
          },
        ),
      ],
    },
    {
      title: 'Cluster',
      panels: [
        table(
          {
            title: 'Nodes',
            description: 'A click on a node leads to its own dashboard.',
            width: 12,
            by: 'node',
            link: { uid: 'lanista-node', variable: 'node' },
          },
          [
            {
              query: { expr: 'max by (node) (lanista_node_up{instance="$instance"})', legend: 'state' },
              flag: ['✔ up', '✘ down'],
            },
            {
              query: { expr: 'max by (node) (lanista_node_cpu_load_ratio{instance="$instance"})', legend: 'CPU' },
              unit: 'percentunit',
            },
            {
              query: {
                expr: 'sum by (node) (lanista_node_memory_bytes{instance="$instance",kind="used"})',
                legend: 'used',
              },
              unit: 'bytes',
            },
            {
              query: {
                expr: 'sum by (node) (lanista_node_memory_bytes{instance="$instance",kind="promised"})',
                legend: 'promised',
              },
              unit: 'bytes',
            },
            {
              query: {
                expr: 'sum by (node) (lanista_node_memory_bytes{instance="$instance",kind="free"})',
                legend: 'free',
              },
              unit: 'bytes',
            },
          ],
        ),
        bars(
          {
            title: 'Storages',
            description: 'How full storages for disks are.',
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
            expr: 'lanista_storage_used_bytes{instance="$instance"} / lanista_storage_size_bytes{instance="$instance"}',
            legend: '{{storage}} {{node}}',
          },
        ),
        states(
          {
            title: 'Quorum',
            description: 'Without it the cluster takes no writes.',
            width: 6,
            height: 4,
            unit: 'none',
            yes: '✔ quorate',
            no: '✘ none',
          },
          { expr: 'lanista_cluster_quorate{instance="$instance"}', legend: 'cluster' },
        ),
        timeSeries(
          {
            title: 'Findings at the SDN zone',
            description: 'Nodes that each is about. ZoneReady of every range has the remedy.',
            width: 6,
            height: 4,
          },
          { expr: 'lanista_zone_findings{instance="$instance"}', legend: '{{reason}} ({{severity}})' },
        ),
      ],
    },
  ],
}
