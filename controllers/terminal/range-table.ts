import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'
import { SUSPENDED } from '../../model/condition.ts'
import { type RangeStatus, readyConditionOf, type VmStatus } from '../../model/range-status.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { NO_BORDERS } from './no-borders.ts'
import type { Paint, Style } from './paint.ts'

const PHASE_STYLE: Readonly<Record<VmPhase, Style>> = {
  absent: 'dim',
  cloning: 'cyan',
  configuring: 'cyan',
  starting: 'cyan',
  running: 'green',
  stopping: 'cyan',
  stopped: 'dim',
  deleting: 'cyan',
  blocked: 'red',
  unknown: 'yellow',
}
/** A sign beside the colour, for those who see none. */
const PHASE_SIGN: Readonly<Record<VmPhase, string>> = {
  absent: '·',
  cloning: '◔',
  configuring: '◑',
  starting: '◕',
  running: '●',
  stopping: '◒',
  stopped: '○',
  deleting: '◌',
  blocked: '✗',
  unknown: '?',
}
const COLUMNS = ['RANGE', 'VM', 'NODE', 'VMID', 'ADDRESS', 'PHASE', 'WHY'] as const

/**
 * Ranges and their VMs as a table for people, one line a VM, with a line per range that says whether it is Ready.
 *
 * @param width columns of the terminal; the last column is shortened to fit
 */
export function rangeTable(statuses: readonly RangeStatus[], paint: Paint, width: number): string {
  const rows = statuses.flatMap((status) => rowsOf(status, paint))
  const fixed = COLUMNS.slice(0, -1).map(
    (name, column) => Math.max(name.length, ...rows.map((row) => plainLength(row[column] ?? ''))) + 2,
  )
  const left = Math.max(12, width - fixed.reduce((sum, each) => sum + each, 0) - 1)
  const table = new Table({
    head: COLUMNS.map((name) => paint('dim', name)),
    colWidths: [...fixed, left],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  })
  table.push(...rows)
  const summaries = statuses.map((status) => summaryOf(status, paint, width))
  return [table.toString(), '', ...summaries].join('\n')
}

function rowsOf(status: RangeStatus, paint: Paint): readonly string[][] {
  const { id, number, vms } = status
  // Nobody has looked since, so no phase of it is shown as if it were known.
  const isSuspended = readyConditionOf(status)?.reason === SUSPENDED
  return vms.map((vm, index) => [
    index === 0 ? paint('bold', number === undefined ? id : `${id} (${number})`) : '',
    vm.name,
    vm.node ?? '-',
    vm.vmid === undefined ? '-' : String(vm.vmid),
    vm.address ?? '-',
    isSuspended ? paint('dim', `${PHASE_SIGN.unknown} ${vm.phase}`) : phaseText(vm, paint),
    whyText(vm, paint),
  ])
}

function whyText({ trouble, remark, why }: VmStatus, paint: Paint): string {
  if (trouble !== undefined) return paint('red', trouble)
  return remark === undefined ? why : paint('yellow', remark)
}

const phaseText = ({ phase }: VmStatus, paint: Paint): string =>
  paint(PHASE_STYLE[phase], `${PHASE_SIGN[phase]} ${phase}`)

function summaryOf(status: RangeStatus, paint: Paint, width: number): string {
  const ready = readyConditionOf(status)
  const text = (word: string): string => `${status.id.padEnd(4)} ${word}`
  if (ready?.status === 'True') return paint('green', text('Ready'))
  const shortened = shorten(
    text(`not Ready: ${ready?.reason ?? 'Pending'}: ${ready?.message ?? 'not looked at yet'}`),
    width,
  )
  return paint(ready?.reason === 'Progressing' || ready?.status === 'Unknown' ? 'yellow' : 'red', shortened)
}

const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`
const plainLength = (text: string): number => stripVTControlCharacters(text).length
