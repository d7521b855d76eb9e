import { printable } from '../../model/printable.ts'
import type { WaitingSet } from '../../model/prune.ts'
import { fileGone } from '../../reconcilers/prune/removal-words.ts'

/** What a person is asked to approve of: the cause, each range, and each VM with its VMID and node. */
export function approvalText({ why, ranges }: WaitingSet): string {
  const vms = ranges.reduce((count, range) => count + range.vms.length, 0)
  return [
    'These ranges go, their VMs, networks and pools with them, for good. Their files are gone, and they wait because',
    ...why.map((each) => `  ${printable(each, 500)}`),
    '',
    ...ranges.flatMap((range) => [
      `- range ${printable(range.id)}${range.vms.length === 0 ? ': no VM in its pool' : ''}`,
      ...(range.removal === undefined ? [] : [`  ${printable(fileGone(range.removal), 500)}`]),
      ...range.vms.map(({ vmid, name, node }) => `  - vm ${printable(name)} (VMID ${vmid} on ${printable(node)})`),
    ]),
    '',
    `${countOf(ranges.length, 'range')}, ${countOf(vms, 'VM')}`,
  ].join('\n')
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
