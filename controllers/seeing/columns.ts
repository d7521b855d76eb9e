import type { NodeView } from '../../model/api/cluster-views.ts'
import type { EventView } from '../../model/api/event-view.ts'
import type { ViewKind, Views } from '../../model/api/lanista-api.ts'
import { hasFigures } from '../../model/api/node-figures.ts'
import type { RangeView, VmView } from '../../model/api/range-view.ts'
import { sinceText } from '../terminal/age-text.ts'
import type { Cell, FittedColumn } from '../terminal/fitted-table.ts'
import { KINDS, singularOf } from './kinds.ts'
import { inForceText, networkStanding } from './network-standing.ts'
import { revisionText } from './revision-text.ts'
import { toldEvent, toldNetwork, toldNode, toldPhase, toldRange } from './signs.ts'

/** A column of the table of a kind. */
export interface ColumnOf<V> extends FittedColumn {
  /** Only where there is room for all. */
  readonly wide?: true
  /** @param now epoch milliseconds */
  readonly cell: (view: V, now: number) => Cell
}

type Text = string | number | undefined

/** A column of plain texts; what is not there is a hyphen. */
const column = <V>(
  title: string,
  text: (view: V, now: number) => Text,
  more: Partial<ColumnOf<V>> = {},
): ColumnOf<V> => ({
  title,
  cell: (view, now) => ({ text: String(text(view, now) ?? '-') }),
  ...more,
})
const WIDE = { wide: true } as const
const RIGHT = { align: 'right' } as const

/** Of a node that does not tell how it is a hyphen: zero would look like room. */
const figure = (title: string, text: (view: NodeView) => string): ColumnOf<NodeView> =>
  column(title, (view) => (hasFigures(view) ? text(view) : undefined), RIGHT)

const GIB = 1024 ** 3
/** Whole GiB where that says enough. */
export const gib = (bytes: number): string => `${(bytes / GIB).toFixed(bytes >= 100 * GIB ? 0 : 1)}G`
export const percent = (fraction: number): string => `${Math.round(fraction * 100)}%`

/** What a node has that nobody uses and nobody was promised; never less than nothing. */
export const freeBytes = ({ memoryBytes, memoryUsedBytes, memoryPromisedBytes }: NodeView): number =>
  Math.max(0, memoryBytes - memoryUsedBytes - memoryPromisedBytes)

/** A message without the subject that its line has already. */
export const about = (kind: ViewKind, name: string, message: string): string => {
  const subject = `${singularOf(kind)} ${name}: `
  return message.startsWith(subject) ? message.slice(subject.length) : message
}

/** What is said of a VM first: what is in the way, else what a person may want to mend, else why it is where it is. */
const whyVm = ({ name, trouble, remark, why }: VmView): Cell => {
  if (trouble !== undefined) return { text: about('vms', name, trouble), style: 'red' }
  return remark === undefined ? { text: why } : { text: about('vms', name, remark), style: 'yellow' }
}

/** Of its file the name is enough: where that is, the description says, and a column of its own. */
const whyRange = ({ name, state, reason, message, source }: RangeView): Cell => {
  const said = about('ranges', name, message).replace(`${source}:`, `${source.split('/').at(-1) ?? source}:`)
  return { text: reason === state ? said : `${reason}: ${said}` }
}

const whyEvent = ({ object, message }: EventView): string => {
  const kind = KINDS.find((each) => singularOf(each) === object.kind.toLowerCase())
  return kind === undefined ? message : about(kind, object.name, message)
}

/** How many of a range's VMs run: `4/5`. */
export function runningText({ vms }: RangeView): string {
  if (vms.length === 0) return '-'
  const running = vms.filter(({ phase }) => phase === 'running').length
  // Nobody has looked at those of a suspended range.
  return vms.every(({ phase }) => phase === 'unknown') ? `?/${vms.length}` : `${running}/${vms.length}`
}

/**
 * The columns of each kind, the one that gives way first as the last. Those that are not `wide` leave it some room on a terminal of 80
 * columns, where names are no longer than Ludus' own.
 */
export const COLUMNS: { readonly [K in ViewKind]: readonly ColumnOf<Views[K]>[] } = {
  ranges: [
    column('NAME', ({ name }) => name),
    { title: 'STATE', cell: ({ state }) => toldRange(state) },
    column('VMS', runningText, RIGHT),
    column('SINCE', ({ since }, now) => sinceText(since, now), RIGHT),
    column('NUMBER', ({ number }) => number, { ...WIDE, ...RIGHT }),
    column('NETWORK', ({ network }) => network, WIDE),
    column('REVISION', ({ revisions }) => revisionText(revisions?.actedOn), WIDE),
    column('WORK', ({ work }) => work?.standing, WIDE),
    column('FILE', ({ source }) => source, WIDE),
    { title: 'WHY', cell: whyRange },
  ],
  vms: [
    column('NAME', ({ name }) => name),
    column('RANGE', ({ range }) => range),
    { title: 'PHASE', cell: ({ phase }) => toldPhase(phase) },
    column('NODE', ({ node }) => node),
    column('VMID', ({ vmid }) => vmid, WIDE),
    column('ADDRESS', ({ address }) => address),
    column('SINCE', ({ since }, now) => sinceText(since, now), RIGHT),
    column('CORES', ({ observed }) => observed?.cores, { ...WIDE, ...RIGHT }),
    column('MEMORY', ({ observed }) => observed && gib(observed.memoryBytes), { ...WIDE, ...RIGHT }),
    column('LOCK', ({ observed }) => observed?.lock, WIDE),
    { title: 'WHY', cell: whyVm },
  ],
  networks: [
    column('NAME', ({ name }) => name),
    column('TYPE', ({ type }) => type),
    column('RANGE', ({ range, role }) => range ?? (role === 'nat' ? '(all)' : undefined)),
    { title: 'STATE', cell: (view) => toldNetwork(networkStanding(view)) },
    column('NODES', inForceText, RIGHT),
    column('TAG', ({ tag }) => tag, RIGHT),
    column('ZONE', ({ zone }) => zone, WIDE),
    column('PENDING', ({ pending }) => pending, WIDE),
    column(
      'WHY',
      ({ message, nodes }) =>
        message ?? nodes.flatMap((each) => (each.message === '' ? [] : [`${each.node}: ${each.message}`])).join('; '),
    ),
  ],
  nodes: [
    column('NAME', ({ name }) => name),
    { title: 'STATE', cell: ({ state }) => toldNode(state) },
    column('SINCE', ({ since }, now) => sinceText(since, now), RIGHT),
    column('VMS', ({ vms }) => vms.length, RIGHT),
    column('MEMORY', ({ memoryBytes }) => (memoryBytes > 0 ? gib(memoryBytes) : undefined), RIGHT),
    figure('USED', ({ memoryUsedBytes }) => gib(memoryUsedBytes)),
    figure('PROMISED', ({ memoryPromisedBytes }) => gib(memoryPromisedBytes)),
    figure('FREE', (view) => gib(freeBytes(view))),
    figure('CPU', ({ cpuLoad }) => percent(cpuLoad)),
    column('CORES', ({ cores }) => (cores > 0 ? cores : undefined), { ...WIDE, ...RIGHT }),
    column('ADDRESS', ({ address }) => address, WIDE),
    column('WHY', ({ reload }) => (reload?.failure === undefined ? '' : `its network: ${reload.failure}`)),
  ],
  templates: [
    column('NAME', ({ name }) => name),
    column('VMID', ({ vmid }) => vmid, RIGHT),
    column('NODE', ({ node }) => node),
    column('DISK', ({ diskBytes }) => gib(diskBytes), RIGHT),
    column('STORAGES', ({ storages }) => storages.join(',') || undefined),
    column('WHY', ({ unread }) => (unread === undefined ? '' : `not read: ${unread}`)),
  ],
  events: [
    column('LAST', ({ lastTime }, now) => sinceText(lastTime, now), RIGHT),
    { title: 'TYPE', cell: ({ type }) => toldEvent(type) },
    column('REASON', ({ reason }) => reason),
    column('OBJECT', ({ object }) => `${object.kind.toLowerCase()}/${object.name}`),
    column('COUNT', ({ count }) => count, RIGHT),
    column('FIRST', ({ firstTime }, now) => sinceText(firstTime, now), { ...WIDE, ...RIGHT }),
    column('BY', ({ by }) => by, WIDE),
    column('REVISION', ({ revision }) => revision?.slice(0, 8), WIDE),
    column('MESSAGE', whyEvent),
  ],
}
