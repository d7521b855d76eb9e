import type { FitReport } from '../../reconcilers/range/fit-copies.ts'
import type { Paint } from './paint.ts'
import { gibText, plainTable } from './plain-table.ts'

/** How many copies of a range fit, for people. */
export function fitText(
  file: string,
  { asked, fits, perCopy, shortage, nodes }: FitReport,
  paint: Paint,
): readonly string[] {
  const all = fits === asked
  const count = paint(all ? 'green' : 'red', all ? `all ${asked} copies fit` : `${fits} of ${asked} copies fit`)
  return [
    `${paint('bold', file)}: ${count} now`,
    `  each has ${perCopy.vms} VMs, ${gibText(perCopy.memoryBytes)} and ${perCopy.cores} cores`,
    ...(shortage === undefined
      ? []
      : [`  copy ${fits + 1}: ${paint('yellow', `${shortage.resource} runs out`)}: ${shortage.message}`]),
    '',
    ...plainTable(
      [
        { title: 'NODE' },
        { title: 'MEMORY', align: 'right' },
        { title: 'FREE NOW', align: 'right' },
        { title: `FREE WITH ${fits}`, align: 'right' },
        { title: 'VMS', align: 'right' },
      ],
      nodes.map(({ node, memoryBytes, freeBeforeBytes, freeAfterBytes, vms }) => [
        node,
        gibText(memoryBytes),
        gibText(freeBeforeBytes),
        gibText(freeAfterBytes),
        String(vms),
      ]),
      paint,
    ),
  ]
}
