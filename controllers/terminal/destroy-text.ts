import { printable } from '../../model/printable.ts'
import type { RangeFileRead } from '../../model/ports.ts'
import type { RangeLeft } from '../../reconcilers/removal/range-left.ts'
import type { Paint } from './paint.ts'
import { plainTable } from './plain-table.ts'

/** What `lanista destroy` would destroy, for the person who is asked. */
export function destroyText(
  rangeId: string,
  { guests, networks, pool }: RangeLeft,
  file: RangeFileRead,
  paint: Paint,
): readonly string[] {
  const columns = [{ title: 'VM' }, { title: 'VMID', align: 'right' }, { title: 'NODE' }, { title: 'STATUS' }] as const
  const rows = guests.map(({ name, vmid, node, status }) => [printable(name ?? '-'), String(vmid), node, status])
  const others = [...networks, ...(pool ? [`pool ${rangeId}`] : [])]
  return [
    paint('bold', `range ${rangeId}: this is destroyed, disks and all, and can't be brought back`),
    ...(guests.length === 0 ? [] : ['', ...plainTable(columns, rows, paint)]),
    ...(others.length === 0 ? [] : ['', `and ${others.join(', ')}`]),
    '',
    ...fileLines(rangeId, file).map((line) => paint('yellow', line)),
  ]
}

function fileLines(rangeId: string, file: RangeFileRead): readonly string[] {
  switch (file.kind) {
    case 'ok':
      return [
        `Its file ${file.spec.source} asks for it. It stays away until that file changes; remove the file, or say`,
        'state: absent in it, if it is to stay away for good.',
        '',
      ]
    case 'held':
      return [`What its file says now is held back: ${printable(file.held.message, 500)}.`, '']
    case 'invalid':
      return [`Its file has problems; once they are mended, range ${rangeId} is built again.`, '']
    case 'absent':
      return []
  }
}
