import type { NetworkView, NodeView } from '../../model/api/cluster-views.ts'
import type { EventView } from '../../model/api/event-view.ts'
import { hasFigures } from '../../model/api/node-figures.ts'
import type { RangeView, VmView } from '../../model/api/range-view.ts'
import { ageText, momentText } from '../terminal/age-text.ts'
import { freeBytes, gib, percent } from './columns.ts'
import type { Cell } from '../terminal/fitted-table.ts'
import { cell, type Describing, eventSection, fieldLines, section, tableSection, textLines } from './description.ts'
import { inForceText, networkStanding } from './network-standing.ts'
import { toldNetwork, toldNode, toldNodeNetwork, toldPhase } from './signs.ts'

/** All that is known of a VM. @param range undefined when it is told of nowhere */
export function describeVm(
  vm: VmView,
  range: RangeView | undefined,
  events: readonly EventView[],
  describing: Describing,
): readonly string[] {
  const { now, paint } = describing
  const { observed, trouble, remark } = vm
  const nextTry = range?.work?.nextTry
  return [
    ...fieldLines(
      [
        ['Name', vm.name],
        ['Range', vm.range],
        ['Role', vm.role],
        ['Phase', toldPhase(vm.phase)],
        ['Since', momentText(vm.since, now)],
        ['Node', vm.node],
        ['Why there', vm.why],
        ['VMID', vm.vmid === undefined ? undefined : String(vm.vmid)],
        ['Address', vm.address],
        ['File', range?.source],
        ['Next try', trouble === undefined || nextTry === undefined ? undefined : momentText(nextTry, now)],
      ],
      describing,
    ),
    ...(observed === undefined
      ? section('As Proxmox tells it', ['nothing is told of it just now'], describing)
      : section(
          'As Proxmox tells it',
          fieldLines(
            [
              ['Status', observed.status],
              ['Up for', observed.status === 'running' ? ageText(observed.uptimeSeconds * 1000) : undefined],
              ['Cores', String(observed.cores)],
              ['Memory', `${gib(observed.memoryUsedBytes)} used of ${gib(observed.memoryBytes)}`],
              ['Lock', observed.lock],
              ['Tags', observed.tags.join(', ')],
            ],
            describing,
          ),
          describing,
        )),
    ...section(
      `What is in the way${vm.reason === undefined ? '' : ` (${vm.reason})`}`,
      trouble === undefined ? [] : textLines(trouble, 2, describing).map((line) => paint('red', line)),
      describing,
    ),
    ...section(
      'What is not as its file says',
      remark === undefined ? [] : textLines(remark, 2, describing).map((line) => paint('yellow', line)),
      describing,
    ),
    ...eventSection(events, describing),
  ]
}

/** How wide the bar of a node's memory is. */
const BAR = 40

/** A node's memory as a bar: used, promised, free. Each has a sign of its own. */
function memoryBar(node: NodeView, { paint }: Describing): string {
  const part = (bytes: number): number => Math.round((bytes / Math.max(1, node.memoryBytes)) * BAR)
  const used = Math.min(BAR, part(node.memoryUsedBytes))
  const promised = Math.min(BAR - used, part(node.memoryPromisedBytes))
  return `[${paint('cyan', '#'.repeat(used))}${paint('yellow', '+'.repeat(promised))}${'.'.repeat(BAR - used - promised)}]`
}

const UNKNOWN: Cell = { text: '? unknown', style: 'yellow' }

/** @param isKnown the node tells how it is */
const standingOn = (isKnown: boolean, running: boolean): Cell => {
  if (!isKnown) return UNKNOWN
  return running ? { text: '● running', style: 'green' } : { text: '○ stopped', style: 'dim' }
}

/** @param isKnown the node tells how it is */
const storageStanding = (isKnown: boolean, active: boolean): Cell => {
  if (!isKnown) return UNKNOWN
  return active ? { text: '● active', style: 'green' } : { text: '✗ inactive', style: 'red' }
}

/** All that is known of a node. */
export function describeNode(
  node: NodeView,
  networks: readonly NetworkView[],
  events: readonly EventView[],
  describing: Describing,
): readonly string[] {
  const { now } = describing
  const { reload } = node
  const isKnown = hasFigures(node)
  return [
    ...fieldLines(
      [
        ['Name', node.name],
        ['State', toldNode(node.state)],
        ['Since', momentText(node.since, now)],
        ['Address', node.address],
        ['Up for', isKnown && node.uptimeSeconds > 0 ? ageText(node.uptimeSeconds * 1000) : undefined],
        ['CPU', isKnown ? `${percent(node.cpuLoad)} of ${node.cores} cores` : undefined],
        [
          'Network',
          reload &&
            `${reload.failure === undefined ? 'last reloaded' : 'its reload failed'} ${momentText(reload.at, now)}${reload.failure === undefined ? '' : `: ${reload.failure}`}`,
        ],
      ],
      describing,
    ),
    ...section(
      node.memoryBytes > 0 ? `Memory of ${gib(node.memoryBytes)}` : 'Memory',
      isKnown
        ? [
            memoryBar(node, describing),
            `# ${gib(node.memoryUsedBytes)} used   + ${gib(node.memoryPromisedBytes)} promised   . ${gib(freeBytes(node))} free`,
          ]
        : ['how much of it is used and free is not known just now: the node does not tell'],
      describing,
    ),
    ...tableSection(
      'VMs',
      ['VMID', 'NAME', 'RANGE', 'STATUS', 'MEMORY', 'USED', 'WHY THERE'],
      node.vms.map(({ vmid, name, range, running, memoryBytes, memoryUsedBytes, why }) => [
        cell(vmid),
        cell(name),
        cell(range),
        standingOn(isKnown, running),
        cell(gib(memoryBytes)),
        cell(isKnown ? gib(memoryUsedBytes) : undefined),
        cell(why),
      ]),
      describing,
      ['VMID', 'MEMORY', 'USED'],
    ),
    ...tableSection(
      'Storages',
      ['NAME', 'STATE', 'SHARED', 'USED', 'OF', 'FULL'],
      node.storages.map(({ name, active, shared, usedBytes, totalBytes }) => [
        cell(name),
        storageStanding(isKnown, active),
        cell(shared ? 'yes' : 'no'),
        cell(isKnown ? gib(usedBytes) : undefined),
        cell(isKnown ? gib(totalBytes) : undefined),
        cell(isKnown && totalBytes > 0 ? percent(usedBytes / totalBytes) : undefined),
      ]),
      describing,
      ['USED', 'OF', 'FULL'],
    ),
    ...tableSection(
      'Networks',
      ['NAME', 'RANGE', 'STATE', 'MESSAGE'],
      networks.flatMap(({ name, range, nodes }) =>
        nodes
          .filter((each) => each.node === node.name)
          .map(({ state, message }) => [cell(name), cell(range), toldNodeNetwork(state), cell(message)]),
      ),
      describing,
    ),
    ...eventSection(events, describing),
  ]
}

/** All that is known of the network of a range, or of the NAT network. */
export function describeNetwork(
  network: NetworkView,
  range: RangeView | undefined,
  events: readonly EventView[],
  describing: Describing,
): readonly string[] {
  return [
    ...fieldLines(
      [
        ['Name', network.name],
        ['Type', network.type === 'vnet' ? 'VNet' : 'bridge'],
        ['For', network.role === 'nat' ? 'NAT of all ranges' : `range ${network.range ?? 'of nobody that is known'}`],
        ['State', toldNetwork(networkStanding(network))],
        ['In force on', `${inForceText(network)} nodes`],
        ['Zone', network.zone],
        ['Tag', network.tag === undefined ? undefined : String(network.tag)],
        ['Not applied', network.pending === 'unchanged' ? undefined : network.pending],
        ['In its way', network.message],
      ],
      describing,
    ),
    ...tableSection(
      'Nodes',
      ['NODE', 'STATE', 'MESSAGE'],
      network.nodes.map(({ node, state, message }) => [cell(node), toldNodeNetwork(state), cell(message)]),
      describing,
    ),
    ...tableSection(
      'VMs on it',
      ['NAME', 'PHASE', 'NODE', 'ADDRESS'],
      (range?.vms ?? []).map(({ name, phase, node, address }) => [
        cell(name),
        toldPhase(phase),
        cell(node),
        cell(address),
      ]),
      describing,
    ),
    ...eventSection(events, describing),
  ]
}
