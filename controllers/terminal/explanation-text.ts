import type { ExplainedNode, Explanation } from '../../model/explanation.ts'
import type { Paint } from './paint.ts'
import { gibText, plainTable } from './plain-table.ts'

/** Why a VM is where it is, for people: the rule, the nodes as they were judged, what counts, what would change it. */
export function explanationText(explanation: Explanation, paint: Paint): readonly string[] {
  const { nodes, counted, changes } = explanation
  return [
    ...headOf(explanation, paint),
    ...(nodes.length === 0 ? [] : ['', ...nodeTable(explanation, paint)]),
    ...(counted.length === 0
      ? []
      : ['', paint('bold', "taken already, and not in the nodes' figures yet"), ...countedTable(explanation, paint)]),
    ...(changes.length === 0 ? [] : ['', paint('bold', 'what would change it'), ...changes.map((each) => `  ${each}`)]),
  ]
}

function headOf(explanation: Explanation, paint: Paint): readonly string[] {
  const { range, vm, rule, node, why, ifNew } = explanation
  const name = paint('bold', `${range}/${vm}`)
  if (node === undefined) return [`${name} ${paint('red', 'has no node')}`, `  ${why}`, needsText(explanation)]
  const at = paint('green', node)
  if (rule === 'exists')
    return [
      `${name} is on ${at}, where it stays: ${why}`,
      ifNew?.node === undefined
        ? `  if it were new, it would find no node: ${ifNew?.why ?? ''}`
        : `  if it were new, it would go to ${ifNew.node}: ${ifNew.why}`,
      needsText(explanation),
    ]
  return [`${name} goes to ${at}: ${why}`, `  decided by ${rule}`, needsText(explanation)]
}

function needsText({ needs: { memoryBytes, cores, diskBytes } }: Explanation): string {
  const disk = diskBytes === undefined ? '' : ` and ${gibText(diskBytes)} of disk`
  return `  needs ${gibText(memoryBytes)} and ${cores} cores${disk}`
}

function nodeTable({ nodes, weights }: Explanation, paint: Paint): readonly string[] {
  const wished = nodes.some(({ unmet }) => unmet.length > 0)
  const columns = [
    { title: '' },
    { title: 'NODE' },
    { title: 'FREE', align: 'right' },
    { title: 'OF', align: 'right' },
    { title: `MEMORY LEFT x ${weights.memory}`, align: 'right' },
    { title: `CPU IDLE x ${weights.cpu}`, align: 'right' },
    { title: 'SCORE', align: 'right' },
    ...(wished ? [{ title: 'WISHES UNMET' }] : []),
    { title: 'LEFT OUT' },
  ] as const
  const rows = nodes.map((each) => [
    each.winner ? paint('green', '>') : '',
    each.winner ? paint('green', each.node) : each.leftOut === undefined ? each.node : paint('dim', each.node),
    gibText(each.freeMemoryBytes),
    gibText(each.memoryBytes),
    ...scoreCells(each),
    ...(wished ? [each.unmet.join('; ')] : []),
    each.leftOut === undefined ? '' : paint('yellow', each.leftOut.why),
  ])
  return plainTable(columns, rows, paint)
}

/** Of a node that some other filter leaves out, the score says nothing. */
function scoreCells({ memory, cpu, score, leftOut }: ExplainedNode): readonly string[] {
  const isJudged = leftOut === undefined || leftOut.filter === 'memory'
  return isJudged ? [memory.toFixed(3), cpu.toFixed(3), score.toFixed(3)] : ['-', '-', '-']
}

const countedTable = ({ counted }: Explanation, paint: Paint): readonly string[] =>
  plainTable(
    [
      { title: '' },
      { title: 'NODE' },
      { title: 'VM' },
      { title: 'VMID', align: 'right' },
      { title: 'MEMORY', align: 'right' },
      { title: 'CORES', align: 'right' },
      { title: 'BECAUSE IT IS' },
    ],
    [...counted]
      .sort((a, b) => (a.node < b.node ? -1 : Number(a.node > b.node)))
      .map(({ node, vm, vmid, memoryBytes, cores, why }) => [
        '',
        node,
        vm,
        String(vmid),
        gibText(memoryBytes),
        String(cores),
        why,
      ]),
    paint,
  )
