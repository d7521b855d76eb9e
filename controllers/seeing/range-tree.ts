import type { RangeView, VmView } from '../../model/api/range-view.ts'
import { printable } from '../../model/printable.ts'
import { sinceText } from '../terminal/age-text.ts'
import { shownCell } from '../terminal/fitted-table.ts'
import { padded, shortened, widthOf } from '../terminal/text-width.ts'
import { about, runningText } from './columns.ts'
import type { Describing } from './description.ts'
import { type Told, toldCondition, toldNodeNetwork, toldPhase, toldRange } from './signs.ts'

/** Something of a range, with what is below it. */
interface Branch {
  readonly name: string
  readonly told: Told
  readonly text: string
  readonly below: readonly Branch[]
}

/** A range as a tree: what is not as it should be, its network on each node, its router, and its VMs by VLAN. */
export function rangeTree(range: RangeView, describing: Describing): readonly string[] {
  const { now } = describing
  const root: Branch = {
    name: range.number === undefined ? range.name : `${range.name} (${range.number})`,
    told: toldRange(range.state),
    text: `${sinceText(range.since, now)}, ${runningText(range)} VMs running; ${range.reason === range.state ? '' : `${range.reason}: `}${about('ranges', range.name, range.message)}`,
    below: [...conditionsOf(range), ...networkOf(range), ...vmsOf(range)],
  }
  return linesOf(root, describing)
}

/** Those that are not True, but `Ready`, which only repeats the first of them. */
const conditionsOf = ({ conditions }: RangeView): readonly Branch[] =>
  conditions
    .filter(({ type, status }) => status !== 'True' && type !== 'Ready')
    .map(({ type, status, reason, message }) => ({
      name: type,
      told: toldCondition(status),
      text: `${reason}: ${message}`,
      below: [],
    }))

function networkOf({ network, networks }: RangeView): readonly Branch[] {
  if (network === undefined && networks.length === 0) return []
  const reached = networks.filter(({ state }) => state !== 'excluded')
  const inForce = reached.filter(({ state }) => state === 'available').length
  const isWhole = inForce === reached.length
  if (networks.length === 0)
    return [
      {
        name: `network ${network ?? 'not known yet'}`,
        told: { text: '? unknown', style: 'yellow' },
        text: 'no node tells of it just now',
        below: [],
      },
    ]
  return [
    {
      name: `network ${network ?? 'not known yet'}`,
      told: isWhole ? { text: '● in force', style: 'green' } : { text: '✗ not on all nodes', style: 'yellow' },
      text: `on ${inForce} of ${reached.length} nodes`,
      // Where all is well, the sum says so.
      below: isWhole
        ? []
        : networks.map(({ node, state, message }) => ({
            name: node,
            told: toldNodeNetwork(state),
            text: message,
            below: [],
          })),
    },
  ]
}

function vmsOf({ vms }: RangeView): readonly Branch[] {
  const routers = vms.filter(({ role }) => role === 'router')
  const others = vms.filter(({ role }) => role === 'vm')
  const vlans = [...new Set(others.map(vlanOf))].sort((one, other) => one - other)
  return [
    ...routers.map(branchOf),
    ...vlans.map((vlan): Branch => {
      const its = others.filter((vm) => vlanOf(vm) === vlan)
      const running = its.filter(({ phase }) => phase === 'running').length
      const isWhole = running === its.length
      return {
        name: vlan === NO_VLAN ? 'without an address' : `VLAN ${vlan}`,
        told: isWhole ? { text: '●', style: 'green' } : { text: '◑', style: 'yellow' },
        text: `${running}/${its.length} running`,
        below: its.map(branchOf),
      }
    }),
  ]
}

const NO_VLAN = 100_000

/** The third number of an address in `10.N.VLAN.OCTET`. */
const vlanOf = ({ address }: VmView): number => {
  const vlan = Number(/^10\.\d+\.(\d+)\.\d+$/.exec(address ?? '')?.[1])
  return Number.isNaN(vlan) ? NO_VLAN : vlan
}

const branchOf = ({ name, role, phase, node, address, trouble, remark }: VmView): Branch => ({
  name: role === 'router' ? `${name} (router)` : name,
  told: toldPhase(phase),
  text: [node, address, about('vms', name, trouble ?? remark ?? '')].filter((part) => (part ?? '') !== '').join('  '),
  below: [],
})

function linesOf(root: Branch, describing: Describing): readonly string[] {
  return [branchLine('', root, widthOf(printable(root.name)), describing), ...below(root.below, '', describing)]
}

function below(branches: readonly Branch[], before: string, describing: Describing): readonly string[] {
  const widest = Math.max(0, ...branches.map(({ name }) => widthOf(printable(name))))
  return branches.flatMap((branch, at) => {
    const isLast = at === branches.length - 1
    return [
      branchLine(`${before}${isLast ? '└─ ' : '├─ '}`, branch, widest, describing),
      ...below(branch.below, `${before}${isLast ? '   ' : '│  '}`, describing),
    ]
  })
}

function branchLine(
  before: string,
  { name, told, text }: Branch,
  width: number,
  { paint, ...room }: Describing,
): string {
  const head = `${before}${padded(printable(name), width)}  `
  const left = room.width === undefined ? undefined : room.width - widthOf(head) - widthOf(told.text) - 2
  const said = shownCell({ text }).text
  return `${head}${paint(told.style, told.text)}  ${left === undefined ? said : shortened(said, left)}`.trimEnd()
}
