import type { ControllerView, NetworkView, NodeView } from '../../model/api/cluster-views.ts'
import type { EventView } from '../../model/api/event-view.ts'
import type { AnyView } from '../../model/api/feed-change.ts'
import type { ConditionView, RangeState, RangeView, VmView } from '../../model/api/range-view.ts'
import type { VmPhase } from '../../model/vm-phase.ts'

const GIB = 1024 ** 3
const MINUTE = 60_000

/** How large an installation is. */
export interface MadeUp {
  readonly ranges: number
  readonly vmsEach: number
  readonly nodes: number
  /** What the moments in it are told from, in milliseconds. */
  readonly now: number
  /** State of the range of that place, 0 to `ranges - 1`. */
  readonly stateOf?: (index: number) => RangeState
}

const ROLES = ['dc01', 'win11-1', 'win11-2', 'kali', 'file01', 'web01', 'sql01', 'mail01', 'ca01', 'siem'] as const
const NAMES = ['JD', 'KT', 'blue', 'red', 'purple', 'exam', 'ad-lab', 'ics', 'soc', 'web'] as const

const madeUpName = (index: number): string =>
  index < NAMES.length ? (NAMES[index] ?? '') : `${NAMES[index % NAMES.length]}-${Math.floor(index / NAMES.length) + 1}`

/** Mostly well, with one of each trouble. */
const mostlyReady = (index: number): RangeState =>
  index === 2 || index === 17
    ? 'NotReady'
    : index === 5
      ? 'Suspended'
      : index === 1 || index === 8
        ? 'Progressing'
        : index === 9
          ? 'Unknown'
          : 'Ready'

const PROGRESS: readonly VmPhase[] = ['running', 'running', 'starting', 'configuring', 'cloning', 'absent', 'cloning']
const WHY = 'most memory free of the 3 nodes that have the template and the storage'

function phaseOf(state: RangeState, index: number): VmPhase {
  if (state === 'Progressing') return PROGRESS[index % PROGRESS.length] ?? 'absent'
  if (state === 'NotReady' && index % 7 === 3) return 'blocked'
  if (state === 'Unknown') return 'unknown'
  return 'running'
}

/** Everything that such an installation tells of, made up and the same each time. */
export function madeUpViews(of: MadeUp): readonly AnyView[] {
  const ranges = Array.from({ length: of.ranges }, (_, index) => rangeOf(of, index))
  return [controllerView(of.now), ...nodesOf(of, ranges), ...ranges, ...networksOf(of, ranges), ...eventsOf(of, ranges)]
}

const moment = (at: number): string => new Date(at).toISOString()
const nodeName = (index: number): string => `pve${index + 1}`

/** The controller of an installation that is well. */
export const controllerView = (now: number, more: Partial<ControllerView> = {}): ControllerView => ({
  kind: 'Controller',
  instance: 'made-up-1',
  version: '0.1.0',
  startedAt: moment(now - 3 * 24 * 60 * MINUTE),
  cluster: { name: 'campus', quorate: true, seenAt: moment(now - 2000), mode: 'vnets' },
  findings: [],
  ...more,
})

const MESSAGES: Readonly<Record<RangeState, readonly [reason: string, message: string]>> = {
  Ready: ['Ready', 'network and machines are as the range file asks'],
  Progressing: ['Progressing', '3 of 7 VMs run; the others are being cloned, configured and started'],
  NotReady: [
    'NoNodeFits',
    'vm win11-2: no node fits 16 GiB and 4 cores: pve1 has 9 GiB free; pve2 lacks storage ceph; free memory, or set target_node',
  ],
  Suspended: ['Suspended', 'left alone by order of ada until 2026-12-24: exam in room 3'],
  Unknown: [
    'ClusterNotRead',
    'the cluster could not be read: pve1: connect ECONNREFUSED; nothing is claimed of the range',
  ],
  Absent: ['Absent', 'nothing of it is left, as its file asks'],
}

function rangeOf(of: MadeUp, index: number): RangeView {
  const name = madeUpName(index)
  const number = index + 1
  const state = (of.stateOf ?? mostlyReady)(index)
  const [reason, message] = MESSAGES[state]
  const since = moment(of.now - ((index * 37) % 600) * MINUTE - 20_000)
  const vms = Array.from({ length: of.vmsEach }, (_, each) => vmOf(of, name, number, each, state))
  const isBad = state === 'NotReady'
  return {
    kind: 'Range',
    name,
    number,
    source: `/opt/ludus/ranges/${name}.yml`,
    state,
    reason,
    message,
    since,
    changedAt: since,
    conditions: conditionsOf(state, message, since),
    diagnostics: [],
    network: `r${number}`,
    networks: Array.from({ length: of.nodes }, (_, node) => ({
      node: nodeName(node),
      state: isBad && node === 1 ? 'failed' : 'available',
      message: isBad && node === 1 ? `${nodeName(node)}: reload failed: ifreload: exit code 1` : '',
    })),
    vms,
    revisions: {
      seen: { digest: `d${index}b`, commit: commitOf(of.now, '9f3c1e7a52', 'Add a mail server for exercise 4') },
      actedOn: { digest: `d${index}b`, commit: commitOf(of.now, '9f3c1e7a52', 'Add a mail server for exercise 4') },
      reached:
        state === 'Ready'
          ? { digest: `d${index}b`, commit: commitOf(of.now, '9f3c1e7a52', 'Add a mail server for exercise 4') }
          : {
              digest: `d${index}a`,
              commit: commitOf(of.now - 9000 * MINUTE, '41d0aa83c1', 'More memory for the domain controllers'),
            },
    },
    ...(state === 'Suspended'
      ? {
          suspended: {
            by: 'person',
            who: 'ada',
            reason: 'exam in room 3',
            until: '2026-12-24T18:00:00.000Z',
            at: since,
          },
        }
      : {}),
    work: isBad
      ? {
          standing: 'backingOff',
          failures: 4,
          error: 'clone of template 9001 to pve2: storage ceph is not available',
          nextTry: moment(of.now + 4 * MINUTE),
        }
      : { standing: state === 'Progressing' ? 'reconciling' : 'waiting', failures: 0 },
    plan: { at: moment(of.now - MINUTE), changes: changesOf(state, name) },
  }
}

const commitOf = (at: number, id: string, subject: string) => ({
  id: `${id}0000000000000000000000000000000000`.slice(0, 40),
  author: 'Ada Lovelace',
  at: moment(at - 90 * MINUTE),
  subject,
})

function conditionsOf(state: RangeState, message: string, since: string): RangeView['conditions'] {
  const good = (type: string, text: string): ConditionView => ({
    type,
    status: 'True',
    reason: 'Ok',
    message: text,
    lastTransitionTime: since,
  })
  const status = state === 'Ready' ? 'True' : state === 'Unknown' ? 'Unknown' : 'False'
  return [
    good('SpecValid', 'the range file is valid'),
    good('UpToDate', 'the newest content of its file is acted on'),
    good('ZoneReady', 'zone ludus reaches all nodes'),
    good('NetworkReady', 'its VNet is in force on the nodes of its VMs'),
    { type: 'MachinesReady', status, reason: MESSAGES[state][0], message, lastTransitionTime: since },
    { type: 'Ready', status, reason: MESSAGES[state][0], message, lastTransitionTime: since },
  ]
}

function changesOf(state: RangeState, name: string): NonNullable<RangeView['plan']>['changes'] {
  const created = (vm: string): NonNullable<RangeView['plan']>['changes'][number] => ({
    sign: '+',
    subject: `vm ${name}-${vm} on pve2 as 2020012`,
    text: 'best of 4 nodes: score 0.94, 61.8 GiB free',
  })
  if (state === 'Progressing')
    return [
      created('web01'),
      { sign: '~', subject: `vm ${name}-dc01 configured`, text: 'net0: VLAN 10 on r2, the file says VLAN 20' },
      { sign: '?', subject: '', text: `vm ${name}-sql01: its turn on storage ceph comes after that of blue` },
    ]
  if (state === 'NotReady')
    return [
      {
        sign: '!',
        subject: '',
        text: `vm ${name}-win11-2: no node fits 16 GiB and 4 cores; free memory, or set target_node`,
      },
      created('kali'),
    ]
  return []
}

function vmOf(of: MadeUp, range: string, number: number, index: number, state: RangeState): VmView {
  const phase = phaseOf(state, index)
  const vlan = 10 + 10 * (index % 4)
  const isRouter = index === 0
  const octet = 11 + Math.floor(index / 4)
  const address = isRouter ? `192.0.2.${(100 + number) % 255}` : `10.${number}.${vlan}.${octet}`
  const exists = phase !== 'absent' && phase !== 'blocked'
  const memoryBytes = (index % 5 === 0 ? 8 : 4) * GIB
  return {
    kind: 'Vm',
    name: isRouter
      ? `${range}-router-debian12-x64`
      : `${range}-${ROLES[index % ROLES.length]}${index < 10 ? '' : `-${Math.floor(index / 10)}`}`,
    range,
    role: isRouter ? 'router' : 'vm',
    ...(exists ? { vmid: number * 1_000_000 + vlan * 1000 + octet } : {}),
    ...(phase === 'blocked' ? {} : { node: nodeName((number + index) % of.nodes) }),
    address,
    phase,
    since: moment(of.now - ((index * 13) % 90) * MINUTE),
    why: WHY,
    ...(phase === 'blocked'
      ? {
          trouble:
            'vm win11-2: no node fits 16 GiB and 4 cores: pve1 has 9 GiB free, pve2 lacks storage ceph; free memory, or set target_node',
          reason: 'NoNodeFits',
        }
      : {}),
    ...(state === 'Ready' && number % 5 === 1 && index === 3
      ? {
          remark: `vm ${range}-kali: memory is 8192, the file says 4096; correct it in Proxmox, or set drift.hardware to correct`,
        }
      : {}),
    ...(exists
      ? {
          observed: {
            status: phase === 'running' ? 'running' : 'stopped',
            cores: 2,
            memoryBytes,
            memoryUsedBytes: memoryBytes * 0.6,
            uptimeSeconds: phase === 'running' ? 3600 * (index + 1) : 0,
            tags: ['lanista', range.toLowerCase()],
          },
        }
      : {}),
  }
}

function nodesOf(of: MadeUp, ranges: readonly RangeView[]): readonly NodeView[] {
  return Array.from({ length: of.nodes }, (_, index) => {
    const name = nodeName(index)
    const vms = ranges.flatMap((range) =>
      range.vms
        .filter((vm) => vm.node === name && vm.vmid !== undefined)
        .map((vm) => ({
          vmid: vm.vmid ?? 0,
          name: vm.name,
          range: range.name,
          running: vm.phase === 'running',
          memoryBytes: vm.observed?.memoryBytes ?? 0,
          memoryUsedBytes: vm.observed?.memoryUsedBytes ?? 0,
          why: vm.why,
        })),
    )
    const configured = vms.reduce((sum, vm) => sum + vm.memoryBytes, 0)
    const used = vms.reduce((sum, vm) => sum + vm.memoryUsedBytes, 0) + 4 * GIB
    const isAway = of.nodes > 4 && index === 3
    return {
      kind: 'Node',
      name,
      state: isAway ? 'Maintenance' : 'Online',
      since: moment(of.now - 4000 * MINUTE),
      address: `10.0.0.${11 + index}`,
      cores: 64,
      cpuLoad: 0.2 + ((index * 7) % 10) / 20,
      memoryBytes: Math.ceil(((configured + 24 * GIB) * 1.1) / (64 * GIB)) * 64 * GIB,
      memoryUsedBytes: used,
      memoryPromisedBytes: configured - used + 4 * GIB + (index % 3) * 8 * GIB,
      uptimeSeconds: 86_400 * (20 + index),
      vms: [
        {
          vmid: 100 + index,
          name: `backup${index + 1}`,
          running: true,
          memoryBytes: 4 * GIB,
          memoryUsedBytes: 2 * GIB,
        },
        ...vms,
      ],
      storages: [
        { name: 'local', shared: false, active: true, totalBytes: 900 * GIB, usedBytes: (300 + index * 20) * GIB },
        { name: 'ceph', shared: true, active: index !== 1, totalBytes: 40_000 * GIB, usedBytes: 37_500 * GIB },
      ],
      ...(index === 1
        ? { reload: { at: moment(of.now - 14 * MINUTE), failure: "command 'ifreload -a' failed: exit code 1" } }
        : {}),
    }
  })
}

const networksOf = (of: MadeUp, ranges: readonly RangeView[]): readonly NetworkView[] => [
  {
    kind: 'Network',
    name: 'ludusnat',
    type: 'vnet',
    role: 'nat',
    zone: 'ludus',
    tag: 100_000,
    pending: 'unchanged',
    nodes: Array.from({ length: of.nodes }, (_, node) => ({ node: nodeName(node), state: 'available', message: '' })),
  },
  ...ranges.map(({ name, number = 0, networks, state }): NetworkView => ({
    kind: 'Network',
    name: `r${number}`,
    type: 'vnet',
    role: 'range',
    range: name,
    zone: 'ludus',
    tag: 100_000 + number,
    pending: 'unchanged',
    nodes: networks.map((each, index) =>
      state === 'Progressing' && index % 5 === 2
        ? { ...each, state: 'reloading', message: `${each.node}: reloads its network` }
        : each,
    ),
  })),
]

const HAPPENED: readonly (readonly [type: EventView['type'], reason: string, message: string, by?: string])[] = [
  ['Normal', 'Ready', 'network and machines are as the range file asks'],
  ['Normal', 'VmStarted', 'vm web01: started on pve2, as the file asks'],
  [
    'Warning',
    'CloneFailed',
    'vm win11-2: clone of template 9001 to pve2 failed: storage ceph is not available; mend the storage, or set target_node',
  ],
  ['Normal', 'Reconcile', 'asked to look at it now', 'ada'],
  ['Normal', 'CommitAccepted', 'commit 9f3c1e7a is in force: Add a mail server for exercise 4'],
]

function eventsOf(of: MadeUp, ranges: readonly RangeView[]): readonly EventView[] {
  return Array.from({ length: Math.min(300, ranges.length * 5) }, (_, index) => {
    const [type, reason, message, by] = HAPPENED[index % HAPPENED.length] ?? ['Normal', '', '']
    const range = madeUpName((index * 5) % ranges.length)
    const repeats = type === 'Warning' ? 4 : 1
    return {
      kind: 'Event',
      id: index + 1,
      type,
      reason,
      message,
      object: reason.startsWith('Vm') ? { kind: 'Vm', name: `${range}-web01` } : { kind: 'Range', name: range },
      range,
      count: repeats,
      firstTime: moment(of.now - (300 - index) * 7 * MINUTE - repeats * MINUTE),
      lastTime: moment(of.now - (300 - index) * 7 * MINUTE),
      ...(by === undefined ? {} : { by }),
    }
  })
}
