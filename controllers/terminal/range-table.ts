import { SUSPENDED } from '../../model/condition.ts'
import { printable } from '../../model/printable.ts'
import { type RangeStatus, readyConditionOf, type VmStatus } from '../../model/range-status.ts'
import { type Cell, fittedTable } from './fitted-table.ts'
import type { Paint } from './paint.ts'
import { PHASE_SIGN, PHASE_STYLE } from './phase-words.ts'
import { shortened } from './text-width.ts'

const COLUMNS = ['RANGE', 'VM', 'NODE', 'VMID', 'ADDRESS', 'PHASE', 'WHY'] as const
/** On a narrower terminal the VMID, which spells the address, gives its room to the reason. */
const WITH_VMID = 100

/**
 * Ranges and their VMs as a table for people, one line a VM, with a line per range that says whether it is Ready. No line is wider than
 * the terminal: the last column is shortened first.
 *
 * @param width columns of the terminal
 */
export function rangeTable(statuses: readonly RangeStatus[], paint: Paint, width: number): string {
  const isShown = (name: (typeof COLUMNS)[number]): boolean => name !== 'VMID' || width >= WITH_VMID
  const shown = COLUMNS.filter(isShown)
  const rows = statuses.flatMap(rowsOf).map((row) => row.filter((_, column) => isShown(COLUMNS[column] ?? 'WHY')))
  const table = fittedTable(
    shown.map((title) => ({ title })),
    rows,
    paint,
    width,
  )
  const summaries = statuses.map((status) => summaryOf(status, paint, width))
  return [...table, '', ...summaries].join('\n')
}

function rowsOf(status: RangeStatus): readonly (readonly Cell[])[] {
  const { id, number, vms } = status
  // Nobody has looked since, so no phase of it is shown as if it were known.
  const isSuspended = readyConditionOf(status)?.reason === SUSPENDED
  return vms.map((vm, index) => [
    index === 0 ? { text: number === undefined ? id : `${id} (${number})`, style: 'bold' } : { text: '' },
    { text: vm.name },
    { text: vm.node ?? '-' },
    { text: vm.vmid === undefined ? '-' : String(vm.vmid) },
    { text: vm.address ?? '-' },
    isSuspended
      ? { text: `${PHASE_SIGN.unknown} ${vm.phase}`, style: 'dim' }
      : { text: `${PHASE_SIGN[vm.phase]} ${vm.phase}`, style: PHASE_STYLE[vm.phase] },
    whyCell(vm),
  ])
}

function whyCell({ trouble, remark, why }: VmStatus): Cell {
  if (trouble !== undefined) return { text: trouble, style: 'red' }
  return remark === undefined ? { text: why } : { text: remark, style: 'yellow' }
}

function summaryOf(status: RangeStatus, paint: Paint, width: number): string {
  const ready = readyConditionOf(status)
  const text = (word: string): string => `${status.id.padEnd(4)} ${word}`
  if (ready?.status === 'True') return paint('green', text('Ready'))
  const told = text(`not Ready: ${ready?.reason ?? 'Pending'}: ${ready?.message ?? 'not looked at yet'}`)
  const shown = shortened(printable(told, width), width)
  return paint(ready?.reason === 'Progressing' || ready?.status === 'Unknown' ? 'yellow' : 'red', shown)
}
