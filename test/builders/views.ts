import type { NetworkView, NodeView, TemplateView } from '../../model/api/cluster-views.ts'
import type { EventView } from '../../model/api/event-view.ts'
import type { LogLine } from '../../model/api/log-line.ts'
import type { RangeView, VmView } from '../../model/api/range-view.ts'

/** When the views of these tests are looked at. */
export const VIEWS_NOW = Date.parse('2026-11-30T03:12:45Z')

const ago = (minutes: number): string => new Date(VIEWS_NOW - minutes * 60_000).toISOString()

const GIB = 1024 ** 3

/** One that runs as it should. */
const vmView = (range: string, name: string, more: Partial<VmView> = {}): VmView => ({
  kind: 'Vm',
  name: `${range}-${name}`,
  range,
  role: 'vm',
  vmid: 3_010_011,
  node: 'pve1',
  address: '10.3.10.11',
  phase: 'running',
  since: ago(192),
  why: 'best of 3 nodes: 41.2 GiB left, 92 % idle',
  observed: {
    status: 'running',
    cores: 4,
    memoryBytes: 8 * GIB,
    memoryUsedBytes: 3 * GIB,
    uptimeSeconds: 11_500,
    tags: ['lanista', range.toLowerCase()],
  },
  ...more,
})

/** One that is Ready. */
export const rangeView = (name: string, number: number, more: Partial<RangeView> = {}): RangeView => ({
  kind: 'Range',
  name,
  number,
  source: `/etc/lanista/ranges/${name}.yml`,
  state: 'Ready',
  reason: 'Ready',
  message: 'network and machines are as the range file asks',
  since: ago(192),
  changedAt: ago(192),
  conditions: [
    condition('SpecValid', 'True', 'Ok', 'the range file is valid', 4000),
    condition('ZoneReady', 'True', 'Ok', 'zone ludus carries range networks', 4000),
    condition('NetworkReady', 'True', 'Ok', `r${number} is in force`, 300),
    condition('MachinesReady', 'True', 'Ok', 'all VMs are running', 192),
    condition('Ready', 'True', 'Ready', 'network and machines are as the range file asks', 192),
  ],
  diagnostics: [],
  network: `r${number}`,
  networks: ['pve1', 'pve2', 'pve3'].map((node) => ({ node, state: 'available' as const, message: '' })),
  vms: [],
  work: { standing: 'waiting', failures: 0 },
  ...more,
})

const condition = (
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  minutes: number,
): RangeView['conditions'][number] => ({ type, status, reason, message, lastTransitionTime: ago(minutes) })

const CLONE_FAILED =
  'vm KT-DC01: POST /nodes/pve2/qemu/9001/clone: its task failed: unable to create image: no space left on ceph-lab (task UPID:pve2:0001A2B3:00C0FFEE:6B0297CB:qmclone:9001:lanista@pve!ctl:)\ncreate full clone of drive scsi0 (ceph-lab:base-9001-disk-0)\nTASK ERROR: unable to create image: no space left on ceph-lab\nfree space on storage ceph-lab; it is tried again at 03:15:10Z'

/** As an author would write who wants to act on terminals. */
const HOSTILE = 'exam \u001B]0;owned\u0007 \u202Egnp.exe \u001B[2J日本語'

const commit = {
  id: '9f2c1e7b5a4d4c0e8b7a6f5e4d3c2b1a09182736',
  author: 'Ann <ann@example.org>',
  at: ago(240),
  subject: 'Give KT a second controller',
}

/** One of each state: as it should be, in trouble, on its way, suspended, and with a broken file. */
export const RANGES: readonly [JD: RangeView, KT: RangeView, LM: RangeView, NO: RangeView, PX: RangeView] = [
  rangeView('JD', 3, {
    vms: [
      vmView('JD', 'router-debian11-x64', { role: 'router', vmid: 3_001_254, node: 'pve2', address: '10.3.1.254' }),
      vmView('JD', 'DC01', { remark: 'vm JD-DC01: has 4 cores, the file says 6; it gets them with its next boot' }),
      vmView('JD', 'WS01', { vmid: 3_020_021, node: 'pve3', address: '10.3.20.21' }),
    ],
    revisions: { seen: { digest: 'a1b2c3d4e5f6', commit }, actedOn: { digest: 'a1b2c3d4e5f6', commit } },
  }),
  rangeView('KT', 4, {
    state: 'NotReady',
    reason: 'VmTrouble',
    message: 'vm KT-DC01: its clone failed: no space left on ceph-lab; free space on storage ceph-lab',
    since: ago(47),
    conditions: [
      condition('SpecValid', 'True', 'Ok', 'the range file is valid', 4000),
      condition('NetworkReady', 'True', 'Ok', 'r4 is in force', 300),
      condition('MachinesReady', 'False', 'VmTrouble', CLONE_FAILED.split('\n')[0] ?? '', 47),
      condition('Ready', 'False', 'VmTrouble', CLONE_FAILED.split('\n')[0] ?? '', 47),
    ],
    vms: [
      vmView('KT', 'router', { role: 'router', vmid: 4_001_254, address: '10.4.1.254' }),
      vmView('KT', 'DC01', {
        vmid: 4_010_011,
        node: 'pve2',
        address: '10.4.10.11',
        phase: 'absent',
        since: ago(47),
        trouble: CLONE_FAILED,
        reason: 'TaskFailed',
        observed: undefined,
      }),
    ],
    networks: [
      { node: 'pve1', state: 'available', message: '' },
      { node: 'pve2', state: 'available', message: '' },
      { node: 'pve3', state: 'failed', message: "command 'ifreload -a' failed: exit code 1" },
    ],
    work: {
      standing: 'backingOff',
      failures: 5,
      error: CLONE_FAILED.split('\n')[0] ?? '',
      nextTry: new Date(VIEWS_NOW + 145_000).toISOString(),
    },
    plan: {
      at: ago(1),
      changes: [
        { sign: '+', subject: 'vm KT-DC01', text: 'on pve2 as 4010011: best of 3 nodes' },
        { sign: '!', subject: 'vm KT-DC01', text: 'waits until 03:15:10Z, as it failed 5 times' },
      ],
    },
  }),
  rangeView('LM', 5, {
    state: 'Progressing',
    reason: 'Progressing',
    message: '0 of 1 VMs are running; vm LM-web is being cloned',
    since: ago(0.7),
    vms: [
      vmView('LM', 'web', {
        vmid: 5_010_011,
        address: '10.5.10.11',
        phase: 'cloning',
        since: ago(0.5),
        observed: undefined,
      }),
    ],
    network: undefined,
    networks: [{ node: 'pve1', state: 'reloading', message: 'its network is being reloaded' }],
    work: { standing: 'reconciling', failures: 0 },
  }),
  rangeView('NO', 6, {
    state: 'Suspended',
    reason: 'Suspended',
    message: `range NO: suspended by Ada: ${HOSTILE}`,
    since: ago(60 * 50),
    suspended: {
      by: 'person',
      who: 'Ada',
      reason: HOSTILE,
      until: '2026-12-24T18:00:00+01:00',
      at: ago(60 * 50),
    },
    conditions: [condition('Ready', 'False', 'Suspended', `suspended by Ada: ${HOSTILE}`, 60 * 50)],
    vms: [vmView('NO', 'a', { vmid: 6_010_001, address: undefined, phase: 'unknown', observed: undefined })],
  }),
  rangeView('PX', 7, {
    number: undefined,
    state: 'NotReady',
    reason: 'Invalid',
    message: '/etc/lanista/ranges/PX.yml:3:5: vlam is not known; did you mean vlan?',
    since: ago(12),
    conditions: [condition('SpecValid', 'False', 'Invalid', 'vlam is not known; did you mean vlan?', 12)],
    diagnostics: [
      {
        file: '/etc/lanista/ranges/PX.yml',
        line: 3,
        column: 5,
        finding: 'vlam is not known, and so are several more keys of this VM that are not told of one by one',
        remedy: 'did you mean vlan?',
      },
    ],
    network: undefined,
    networks: [],
    work: { standing: 'stalled', failures: 1, error: 'the range file is not valid' },
  }),
]

const node = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  kind: 'Node',
  name,
  state: 'Online',
  since: ago(60 * 24 * 9),
  address: `192.0.2.${name.slice(-1)}`,
  cores: 32,
  cpuLoad: 0.184,
  memoryBytes: 256 * GIB,
  memoryUsedBytes: 96 * GIB,
  memoryPromisedBytes: 40 * GIB,
  uptimeSeconds: 60 * 60 * 24 * 9,
  vms: [
    {
      vmid: 3_010_011,
      name: 'JD-DC01',
      range: 'JD',
      running: true,
      memoryBytes: 8 * GIB,
      memoryUsedBytes: 3 * GIB,
      why: 'best of 3 nodes',
    },
    { vmid: 100, name: 'backup', running: true, memoryBytes: 4 * GIB, memoryUsedBytes: 4 * GIB },
  ],
  storages: [
    { name: 'local', shared: false, active: true, totalBytes: 100 * GIB, usedBytes: 20 * GIB },
    { name: 'ceph-lab', shared: true, active: true, totalBytes: 2000 * GIB, usedBytes: 1999 * GIB },
  ],
  reload: { at: ago(5) },
  ...more,
})

export const NODES: readonly NodeView[] = [
  node('pve1'),
  node('pve2', { vms: [], memoryUsedBytes: 200 * GIB, memoryPromisedBytes: 80 * GIB }),
  node('pve3', {
    state: 'Silent',
    since: ago(47),
    vms: [
      {
        vmid: 7_010_011,
        name: 'PX-DC01',
        range: 'PX',
        running: false,
        memoryBytes: 8 * GIB,
        memoryUsedBytes: 0,
        why: 'it is here already',
      },
    ],
    memoryUsedBytes: 0,
    memoryPromisedBytes: 0,
    cpuLoad: 0,
    uptimeSeconds: 0,
    reload: { at: ago(47), failure: "command 'ifreload -a' failed: exit code 1" },
  }),
]

export const NETWORKS: readonly NetworkView[] = [
  {
    kind: 'Network',
    name: 'ludusnat',
    type: 'vnet',
    role: 'nat',
    zone: 'ludus',
    tag: 16_777_215,
    pending: 'unchanged',
    nodes: ['pve1', 'pve2', 'pve3'].map((name) => ({ node: name, state: 'available' as const, message: '' })),
  },
  ...RANGES.flatMap((range): NetworkView[] =>
    range.network === undefined
      ? []
      : [
          {
            kind: 'Network',
            name: range.network,
            type: 'vnet',
            role: 'range',
            range: range.name,
            zone: 'ludus',
            tag: range.number ?? 0,
            pending: range.name === 'NO' ? 'new' : 'unchanged',
            nodes: range.networks,
            ...(range.name === 'KT' ? { message: 'node pve3: it lacks r4; see its log, and reload its network' } : {}),
          },
        ],
  ),
]

export const TEMPLATES: readonly TemplateView[] = [
  {
    kind: 'Template',
    name: 'debian-12-x64-server-template',
    vmid: 9000,
    node: 'pve1',
    storages: ['ceph-lab'],
    diskBytes: 32 * GIB,
  },
  {
    kind: 'Template',
    name: 'win2022-server-x64-template',
    vmid: 9001,
    node: 'pve2',
    storages: [],
    diskBytes: 0,
    unread: 'node pve2 does not answer',
  },
]

const event = (id: number, minutes: number, more: Partial<EventView>): EventView => ({
  kind: 'Event',
  id,
  type: 'Normal',
  reason: 'Ready',
  message: 'range JD: Ready',
  object: { kind: 'Range', name: 'JD' },
  range: 'JD',
  count: 1,
  firstTime: ago(minutes),
  lastTime: ago(minutes),
  ...more,
})

export const EVENTS: readonly EventView[] = [
  event(1, 192, {}),
  event(2, 47, {
    type: 'Warning',
    reason: 'NodeSilent',
    message: 'node pve3: it does not tell how it is; check that pvestatd runs there',
    object: { kind: 'Node', name: 'pve3' },
    range: undefined,
  }),
  event(3, 47, {
    type: 'Warning',
    reason: 'TaskFailed',
    message: CLONE_FAILED.split('\n')[0] ?? '',
    object: { kind: 'Vm', name: 'KT-DC01' },
    range: 'KT',
    count: 5,
    lastTime: ago(3),
  }),
  event(4, 30, {
    reason: 'Suspended',
    message: `range NO: suspended by Ada: ${HOSTILE}`,
    object: { kind: 'Range', name: 'NO' },
    range: 'NO',
    by: 'Ada',
  }),
]

/** What was logged of KT. */
export const LOG_LINES: readonly LogLine[] = [
  { time: ago(48), level: 'info', message: 'range KT: planned', range: 'KT', fields: { changes: 3 } },
  {
    time: ago(47),
    level: 'error',
    message: 'vm KT-DC01: its clone failed',
    range: 'KT',
    vm: 'KT-DC01',
    fields: { error: { message: CLONE_FAILED, kind: 'task-failed' }, node: 'pve2' },
  },
  { time: ago(3), level: 'warn', message: `vm KT-DC01: ${HOSTILE}`, range: 'KT', vm: 'KT-DC01', fields: {} },
]
