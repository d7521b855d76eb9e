import type { RangeView, VmView } from '../../model/api/range-view.ts'

/** Sizes in the units of the picture; one is a pixel where the page's letters have their usual size. */
/** A box is so wide at least, and grows with the paper. */
export const BOX = { width: 150, widest: 230, height: 66, gap: 10 } as const
const PANEL = { padding: 12, head: 30, gap: 16 } as const
const ROUTER = { width: 236, height: 66, top: 46 } as const
/** Left of the panels, where the trunk comes down. */
const GUTTER = 22
/** From the lower edge of the router, or of a row of panels, to the next row: the bus is in it. */
const BUS = 34

interface VmBox {
  readonly vm: VmView
  readonly x: number
  readonly y: number
}
/** The machines of one VLAN; `vlan` undefined: those of which no address is known. */
export interface Panel {
  readonly vlan: number | undefined
  readonly subnet: string | undefined
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly boxWidth: number
  readonly boxes: readonly VmBox[]
}
export interface LabLayout {
  readonly width: number
  readonly height: number
  /** Undefined when the range has none, or none yet. */
  readonly router: {
    readonly vm: VmView | undefined
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
  readonly panels: readonly Panel[]
  /** Lines from the router to the panels, as an SVG path. */
  readonly wires: string
}

/** The VLAN that an address `10.N.V.O` is in. */
function vlanOf({ address }: VmView): number | undefined {
  const [first, , vlan] = (address ?? '').split('.')
  return first !== '10' || vlan === undefined || !/^\d+$/.test(vlan) ? undefined : Number(vlan)
}

/** VMs by VLAN, in order; those without an address last. */
function groupsOf(vms: readonly VmView[]): readonly (readonly [number | undefined, readonly VmView[]])[] {
  const groups = new Map<number | undefined, VmView[]>()
  for (const vm of vms) {
    const vlan = vlanOf(vm)
    const group = groups.get(vlan)
    if (group === undefined) groups.set(vlan, [vm])
    else group.push(vm)
  }
  return [...groups].toSorted(([one = Infinity], [other = Infinity]) => one - other)
}

/** Where everything stands in the picture of a range, on a piece of paper that is so wide. */
export function layoutLab(range: RangeView, paper: number): LabLayout {
  const width = Math.max(paper, GUTTER + BOX.width + 2 * PANEL.padding + 1)
  const room = width - GUTTER
  const router = range.vms.find(({ role }) => role === 'router')
  const groups = groupsOf(range.vms.filter((vm) => vm !== router))
  const most = Math.max(1, Math.floor((room - 2 * PANEL.padding + BOX.gap) / (BOX.width + BOX.gap)))
  const routerBox = { vm: router, x: 1, y: ROUTER.top, width: Math.min(ROUTER.width, width - 2), height: ROUTER.height }
  const panels: Panel[] = []
  const wires: string[] = []
  const trunk = 10
  let top = routerBox.y + routerBox.height + BUS
  let lastBus = top
  const rows = rowsOf(groups, most, room)
  const boxWidth = Math.min(BOX.widest, ...rows.map((row) => boxWidthIn(row, room)))
  for (const row of rows) {
    lastBus = top - BUS / 2
    const drawn = drawRow(row, top, boxWidth)
    panels.push(...drawn)
    wires.push(`M${trunk} ${lastBus}H${(drawn.at(-1)?.x ?? 0) + 24}`)
    for (const { x } of drawn) wires.push(`M${x + 24} ${lastBus}V${top}`)
    top = Math.max(...drawn.map(({ y, height }) => y + height)) + BUS
  }
  if (panels.length > 0) wires.unshift(`M${trunk} ${routerBox.y + routerBox.height}V${lastBus}`)
  return { width, height: top - BUS + 2, router: routerBox, panels, wires: wires.join('') }
}

/** A VLAN with its VMs, and how many of them stand beside each other. */
interface Group {
  readonly vlan: number | undefined
  readonly vms: readonly VmView[]
  readonly columns: number
}

const widthOf = (columns: number, boxWidth: number): number =>
  2 * PANEL.padding + columns * (boxWidth + BOX.gap) - BOX.gap

/** Groups that fit beside each other, row by row. */
function rowsOf(
  groups: readonly (readonly [number | undefined, readonly VmView[]])[],
  most: number,
  room: number,
): readonly (readonly Group[])[] {
  const rows: Group[][] = []
  let left = 0
  for (const [vlan, vms] of groups) {
    const columns = Math.min(most, vms.length, Math.max(2, Math.ceil(Math.sqrt(vms.length * 1.6))))
    const width = widthOf(columns, BOX.width)
    const row = rows.at(-1)
    if (row === undefined || left + PANEL.gap + width > room) {
      rows.push([{ vlan, vms, columns }])
      left = width
    } else {
      row.push({ vlan, vms, columns })
      left += PANEL.gap + width
    }
  }
  return rows
}

/** So wide are the boxes of a row that fills the paper. */
function boxWidthIn(row: readonly Group[], room: number): number {
  const columns = row.reduce((sum, each) => sum + each.columns, 0)
  const fixed = row.reduce((sum, each) => sum + widthOf(each.columns, 0), 0) + (row.length - 1) * PANEL.gap
  return Math.max(BOX.width, Math.floor((room - fixed) / columns))
}

function drawRow(row: readonly Group[], top: number, boxWidth: number): readonly Panel[] {
  let x = GUTTER
  return row.map(({ vlan, vms, columns: across }) => {
    const left = x
    const width = widthOf(across, boxWidth)
    x += width + PANEL.gap
    return {
      vlan,
      subnet: vlan === undefined ? undefined : `${vms[0]?.address?.split('.').slice(0, 3).join('.')}.0/24`,
      x: left,
      y: top,
      width,
      height: PANEL.head + Math.ceil(vms.length / across) * (BOX.height + BOX.gap) - BOX.gap + PANEL.padding,
      boxWidth,
      boxes: vms.map((vm, index) => ({
        vm,
        x: left + PANEL.padding + (index % across) * (boxWidth + BOX.gap),
        y: top + PANEL.head + Math.floor(index / across) * (BOX.height + BOX.gap),
      })),
    }
  })
}
