import type { EventView } from '../../model/api/event-view.ts'
import type { RangeView } from '../../model/api/range-view.ts'
import { addressOf } from '../../model/identity.ts'
import { printable } from '../../model/printable.ts'
import { machinesOf, type RangeSpec } from '../../model/range-spec.ts'
import { momentText } from '../terminal/age-text.ts'
import { runningText } from './columns.ts'
import {
  cell,
  type Describing,
  eventSection,
  fieldLines,
  section,
  tableSection,
  textLines,
  withText,
} from './description.ts'
import { revisionText } from './revision-text.ts'
import { toldCondition, toldNodeNetwork, toldPhase, toldRange } from './signs.ts'

/** What a range's file asks for, or why that is not known here. */
export type AskedOfRange = { readonly spec: RangeSpec } | { readonly untold: string }

/** All that is known of a range, for who asks what is wrong with it, since when, and what is being done. */
export function describeRange(
  range: RangeView,
  asked: AskedOfRange,
  events: readonly EventView[],
  describing: Describing,
): readonly string[] {
  const { now } = describing
  return [
    ...headOf(range, describing),
    ...conditionLines(range, describing),
    ...problemLines(range, describing),
    ...vmLines(range, describing),
    ...tableSection(
      'Networks',
      ['NODE', 'STATE', 'MESSAGE'],
      range.networks.map(({ node, state, message }) => [cell(node), toldNodeNetwork(state), cell(message)]),
      describing,
    ),
    ...askedLines(asked, range.number, describing),
    ...section(
      `Last plan, ${momentText(range.plan?.at, now)}`,
      range.plan === undefined
        ? []
        : range.plan.changes.length === 0
          ? ['nothing to change']
          : range.plan.changes.flatMap(({ sign, subject, text }) =>
              withText(`${sign} ${printable(subject)}`, text, describing),
            ),
      describing,
    ),
    ...eventSection(events, describing),
  ]
}

function headOf(range: RangeView, describing: Describing): readonly string[] {
  const { now } = describing
  const { revisions, suspended, work, reason, message, state } = range
  const nextTry = work?.nextTry === undefined ? '' : `; next try ${momentText(work.nextTry, now)}`
  return fieldLines(
    [
      ['Name', range.name],
      ['State', toldRange(state)],
      ['Since', momentText(range.since, now)],
      ['Why', reason === state ? message : `${reason}: ${message}`],
      ['Suspended', suspended && suspendedText(suspended, now)],
      [
        'Work',
        work &&
          `${WORK[work.standing]}${work.failures === 0 ? '' : ` (${counted(work.failures, 'failure')} in a row)`}${nextTry}`,
      ],
      ['Last error', work?.error],
      ['Number', range.number === undefined ? undefined : String(range.number)],
      ['Network', range.network],
      ['File', range.source],
      ['Revision seen', commitText(revisions?.seen)],
      ['Acted on', commitText(revisions?.actedOn)],
      ['Reached', commitText(revisions?.reached)],
      ['Held back', revisions?.held && `${revisions.held.reason}: ${revisions.held.message}`],
    ],
    describing,
  )
}

const WORK: Readonly<Record<NonNullable<RangeView['work']>['standing'], string>> = {
  waiting: 'nothing to do; it is looked at again in time, or when something changes',
  stalled: 'stalled: only a change of the file, or of the cluster, helps',
  backingOff: 'failed, and is tried again',
  rechecking: 'waits for something, and looks again shortly',
  reconciling: 'being worked on just now',
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function suspendedText({ by, who, reason, until, at }: NonNullable<RangeView['suspended']>, now: number): string {
  const whose = by === 'file' ? `by its file${who === undefined ? '' : ` (${who})`}` : `by ${who ?? 'a person'}`
  const since = at === undefined ? '' : ` since ${momentText(at, now)}`
  const ends = until === undefined ? '' : `, until ${until}`
  const remedy = `\`lanista resume\` has it go on${by === 'file' ? ', and so has its file without suspend' : ''}`
  return `${whose}${since}${ends}: ${reason}; ${remedy}`
}

function commitText(revision: NonNullable<RangeView['revisions']>['seen'] | undefined): string | undefined {
  const short = revisionText(revision)
  if (revision === undefined || short === undefined) return undefined
  const { commit, orEarlier } = revision
  if (commit === undefined) return short
  return `${short}${orEarlier === true ? ' or earlier' : ''}: ${commit.subject} (${commit.author}, ${commit.at})`
}

function conditionLines({ conditions }: RangeView, describing: Describing): readonly string[] {
  const { paint, now } = describing
  return section(
    'Conditions',
    conditions.flatMap(({ type, status, reason, message, lastTransitionTime, observedRevision }) => {
      const { text, style } = toldCondition(status)
      const of = observedRevision === undefined ? '' : `, of ${printable(observedRevision.slice(0, 12))}`
      const head = `${paint(style, text)} ${printable(type)}  ${printable(reason)}, since ${momentText(lastTransitionTime, now)}${of}`
      // It only repeats what another says.
      const isSaid = type === 'Ready' && conditions.some((each) => each.type !== type && each.message === message)
      return isSaid ? [head] : withText(head, message, describing)
    }),
    describing,
  )
}

const problemLines = ({ diagnostics }: RangeView, describing: Describing): readonly string[] =>
  section(
    'Problems of its file',
    diagnostics.flatMap(({ file, line, column, finding, remedy }) => {
      const place = [printable(file, 4096), line, column].filter((part) => part !== undefined).join(':')
      const [head = '', ...rest] = textLines(`${place}: ${finding}`, 2, describing)
      return [head, ...rest, ...withText('', remedy, describing).slice(1)]
    }),
    describing,
  )

function vmLines(range: RangeView, describing: Describing): readonly string[] {
  const { paint } = describing
  const rows = range.vms.map(({ name, role, phase, node, vmid, address, why }) => [
    cell(name),
    toldPhase(phase),
    cell(node),
    cell(vmid),
    cell(address),
    cell(role === 'router' ? `router; ${why}` : why),
  ])
  const troubles = range.vms.flatMap(({ name, trouble, remark }) => {
    const told = trouble ?? remark
    if (told === undefined) return []
    return withText(paint(trouble === undefined ? 'yellow' : 'red', printable(name)), told, describing)
  })
  return [
    ...tableSection(
      `VMs (${runningText(range)} running)`,
      ['NAME', 'PHASE', 'NODE', 'VMID', 'ADDRESS', 'WHY THERE'],
      rows,
      describing,
      ['VMID'],
    ),
    ...section('Troubles and drift of VMs', troubles, describing),
  ]
}

function askedLines(asked: AskedOfRange, number: number | undefined, describing: Describing): readonly string[] {
  if ('untold' in asked) return section('What its file asks', textLines(asked.untold, 2, describing), describing)
  const { spec } = asked
  const head = [
    `power ${spec.power}, state ${spec.state}, drift of networks: ${spec.drift.networks}, of hardware: ${spec.drift.hardware}`,
  ]
  const rows = machinesOf(spec).map(({ name, template, cpus, memoryMiB, address, targetNode }) => [
    cell(name),
    cell(template),
    cell(cpus),
    cell(`${memoryMiB / 1024}G`),
    cell(number === undefined ? `VLAN ${address.vlan}, .${address.lastOctet}` : addressOf(number, address)),
    cell(targetNode),
  ])
  return [
    ...tableSection(
      'What its file asks',
      ['NAME', 'TEMPLATE', 'CPUS', 'RAM', 'ADDRESS', 'TARGET NODE'],
      rows,
      describing,
      ['CPUS', 'RAM'],
    ),
    ...head.map((line) => `  ${line}`),
  ]
}
