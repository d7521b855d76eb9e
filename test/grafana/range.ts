import type { Dashboard } from './dashboard.ts'
import { stat, states, timeSeries, words } from './panels.ts'

const OF = 'instance="$instance",range="$range"'

export const RANGE: Dashboard = {
  uid: 'lanista-range',
  title: 'Lanista: a range',
  description: 'One range: its conditions, its VMs, its networks, and the passes over it.',
  choices: [{ name: 'range', label: 'Range', metric: 'lanista_range_info{instance="$instance"}', of: 'range' }],
  sections: [
    {
      title: '$range',
      panels: [
        states(
          {
            title: 'Ready',
            description: 'Whether it is as its file asks.',
            width: 8,
            height: 4,
            unit: 'none',
            yes: '✔ Ready',
            no: '✘ not Ready',
          },
          { expr: `lanista_range_ready{${OF}}`, legend: '{{range}}' },
        ),
        stat(
          { title: 'Since', description: 'For how long it has been as Ready, or not, as it is.', unit: 's', width: 4 },
          { expr: `time() - lanista_range_ready_transition_timestamp_seconds{${OF}}`, legend: 'for' },
        ),
        words(
          { title: 'Why', description: 'The reason of its condition Ready.', width: 4, unit: 'none' },
          { expr: `lanista_range_condition_reason{${OF},type="Ready"}`, legend: '{{reason}}' },
        ),
        words(
          { title: 'Number', description: 'Its number, which its addresses begin with.', width: 4, unit: 'none' },
          { expr: `lanista_range_info{${OF}}`, legend: '{{number}}' },
        ),
        words(
          {
            title: 'Acted on',
            description: 'The commit, or what stands for the text, of its file that is acted on.',
            width: 4,
            unit: 'none',
          },
          { expr: `lanista_range_info{${OF}}`, legend: '{{revision}}' },
        ),
      ],
    },
    {
      title: 'Conditions',
      panels: [
        states(
          {
            title: 'Conditions over time',
            description: 'Which of them hold.',
            width: 12,
            unit: 'none',
            yes: '✔',
            no: '✘',
          },
          { expr: `lanista_range_condition{${OF},status="True"}`, legend: '{{type}}' },
        ),
        timeSeries(
          {
            title: 'Reasons',
            description: 'Why each condition is as it is, but for those with nothing to tell.',
            width: 12,
            stacked: true,
          },
          { expr: `lanista_range_condition_reason{${OF},reason!~"Ok|Ready"}`, legend: '{{type}}: {{reason}}' },
        ),
      ],
    },
    {
      title: 'VMs',
      panels: [
        timeSeries(
          { title: 'VMs by phase', description: 'Its router included.', width: 12, stacked: true },
          { expr: `lanista_range_vms{${OF}} > 0`, legend: '{{phase}}' },
        ),
        timeSeries(
          {
            title: 'VMs in trouble, and drifted',
            description:
              'By what is in the way; drifted are those that run and differ from the file in something that stops nothing.',
            width: 12,
          },
          { expr: `lanista_range_vms_in_trouble{${OF}}`, legend: '{{reason}}' },
          { expr: `lanista_range_vms_drifted{${OF}}`, legend: 'drifted' },
        ),
      ],
    },
    {
      title: 'Networks and passes',
      panels: [
        states(
          {
            title: 'Networks by node',
            description: "Whether they are in force there, by the node's own word and its last reload.",
            width: 12,
            unit: 'none',
            yes: '✔ in force',
            no: '✘ not',
          },
          { expr: `lanista_range_network_available{${OF}}`, legend: '{{node}}' },
        ),
        timeSeries(
          {
            title: 'Passes',
            description: 'How often it is looked at, by result.',
            unit: 'ops',
            width: 12,
            stacked: true,
          },
          {
            expr: `sum by (result) (rate(lanista_reconcile_total{${OF}}[$__rate_interval]))`,
            legend: '{{result}}',
          },
        ),
      ],
    },
  ],
}
