import type { AbsenceReport } from '../../reconcilers/range/without-node.ts'
import type { Paint } from './paint.ts'
import { plainTable } from './plain-table.ts'

/** What a node's absence would mean, for people. */
export function absenceText(report: AbsenceReport, paint: Paint): readonly string[] {
  const { node, down, others, templates, storages, losesQuorum } = report
  const lost = [
    ...(templates.length === 0 ? [] : [`  templates out of reach: ${templates.join(', ')}`]),
    ...(storages.length === 0 ? [] : [`  storages out of reach: ${storages.join(', ')}`]),
    ...(others === 0
      ? []
      : [`  ${others} running ${others === 1 ? 'guest' : 'guests'} of no range file would be down as well`]),
    ...(losesQuorum
      ? [
          paint(
            'red',
            '  the rest of the cluster would have no majority: Proxmox would take no changes until the node is back',
          ),
        ]
      : []),
  ]
  const stuck = down.filter(({ elsewhere }) => elsewhere.kind === 'impossible').length
  const sum =
    down.length === 0
      ? 'no VM of a range would be down'
      : `${down.length} ${down.length === 1 ? 'VM' : 'VMs'} of ranges would be down, ${down.length - stuck} could be created anew elsewhere`
  return [
    paint('bold', `without ${node}`),
    ...lost,
    ...(down.length === 0
      ? []
      : [
          '',
          ...downTable(report, paint),
          '',
          '  nothing is moved: they come back with the node, or are created anew once removed',
        ]),
    '',
    paint(stuck > 0 ? 'red' : down.length > 0 ? 'yellow' : 'green', sum),
  ]
}

const downTable = ({ down }: AbsenceReport, paint: Paint): readonly string[] =>
  plainTable(
    [{ title: '' }, { title: 'VM' }, { title: 'VMID', align: 'right' }, { title: 'COULD BE ON' }, { title: 'WHY' }],
    down.map(({ range, vm, vmid, elsewhere }) => [
      '',
      `${range}/${vm}`,
      String(vmid),
      elsewhere.kind === 'possible' ? paint('green', elsewhere.node) : paint('red', 'nowhere'),
      elsewhere.why,
    ]),
    paint,
  )
