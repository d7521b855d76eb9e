import { expect } from 'chai'
import type { Finding } from '../../../model/condition.ts'
import type { Power, VmSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen, NodeSeen } from '../../../model/snapshot.ts'
import { capacityOf, type Reservation } from '../../../reconcilers/placement/capacity.ts'
import { placeRequests } from '../../../reconcilers/placement/place-requests.ts'
import { siteOf } from '../../../reconcilers/placement/site.ts'
import { guestsOfRange, indexGuests } from '../../../reconcilers/vm/find-guest.ts'
import { lookAtVm, planOfPlaced } from '../../../reconcilers/vm/plan-vm.ts'
import type { UnderWay } from '../../../reconcilers/vm/planned-range.ts'
import { cluster, GIB, guest, node, rangeGuest } from '../../builders/cluster.ts'
import { settings, vm } from '../../builders/range.ts'
import { request } from '../../builders/request.ts'
import { nodeOf } from '../../../model/plan/vm-plan.ts'

const NAME = 'JD-DC01'
const VMID = 1_010_011
const own = (traits: Partial<GuestSeen> = {}, vmid = VMID) => rangeGuest(vmid, 'JD', NAME, { node: 'pve2', ...traits })
const stopped = { status: 'stopped', uptimeSeconds: 0 } as const

interface Row {
  readonly situation: string
  readonly guests?: readonly GuestSeen[]
  readonly vm?: Partial<VmSpec>
  readonly rangeTarget?: string
  readonly power?: Power
  readonly repair?: boolean
  readonly snapshot?: Partial<ClusterSnapshot>
  readonly nodes?: readonly NodeSeen[]
  readonly promised?: readonly Reservation[]
  readonly hidden?: Finding
  readonly underWay?: readonly UnderWay[]
  /** Step, node and phase. */
  readonly plans: string
  readonly says?: RegExp
  /** Whether it is started in the end. */
  readonly starts?: boolean
}

const rows: readonly Row[] = [
  {
    situation: 'does not place anew an absent VM that is worked on just now',
    underWay: [{ rangeId: 'JD', vmid: VMID, name: NAME, node: 'pve2' }],
    plans: 'wait pve2 cloning',
  },
  {
    situation: 'clones an absent VM onto the best node',
    plans: 'create pve1 absent',
    says: /best of/,
    starts: true,
  },
  { situation: 'clones an absent VM of a range that is off', power: 'off', plans: 'create pve1 absent', starts: false },
  {
    situation: 'clones and starts an absent VM where others are kept',
    power: 'keep',
    plans: 'create pve1 absent',
    starts: true,
  },
  {
    situation: 'configures a bare clone of a range that is off, and does not start it',
    power: 'off',
    guests: [own({ ...stopped, tags: [] })],
    plans: 'continue pve2 configuring',
    starts: false,
  },
  {
    situation: 'configures and starts a bare clone where others are kept',
    power: 'keep',
    guests: [own({ ...stopped, tags: [] })],
    plans: 'continue pve2 configuring',
    starts: true,
  },
  {
    situation: 'leaves a stopped VM off where VMs are kept',
    power: 'keep',
    guests: [own(stopped)],
    plans: 'none pve2 stopped',
  },
  {
    situation: 'leaves a running VM on where VMs are kept',
    power: 'keep',
    guests: [own()],
    plans: 'none pve2 running',
  },
  {
    situation: 'looks at a VM that Proxmox has no state of where VMs are kept, and does not start it',
    power: 'keep',
    guests: [own({ status: 'unknown' })],
    plans: 'continue pve2 unknown',
    starts: false,
  },
  { situation: 'shuts a running VM down', power: 'off', guests: [own()], plans: 'shutdown pve2 stopping' },
  {
    situation: 'shuts a running VM down that Ludus made',
    power: 'off',
    guests: [own({ tags: [] }, 105)],
    plans: 'shutdown pve2 stopping',
  },
  {
    situation: 'looks whether a VM is off that Proxmox has no state of',
    power: 'off',
    guests: [own({ status: 'unknown' })],
    plans: 'shutdown pve2 unknown',
  },
  { situation: 'leaves a stopped VM off', power: 'off', guests: [own(stopped)], plans: 'none pve2 stopped' },
  {
    situation: 'leaves a VM alone that is suspended to disk, as it is off',
    power: 'off',
    guests: [own({ ...stopped, lock: 'suspended' })],
    plans: 'none pve2 stopped',
  },
  {
    situation: 'leaves a paused VM alone that is to be off, and says so',
    power: 'off',
    guests: [own({ status: 'paused' })],
    plans: 'blocked pve2 unknown',
    says: /is paused, so it is left alone although power is off; resume it/,
  },
  {
    situation: 'does not shut a VM down while it is backed up',
    power: 'off',
    guests: [own({ lock: 'backup' })],
    plans: 'blocked pve2 unknown',
    says: /locked \(backup\)/,
  },
  {
    situation: 'does not shut a bare clone down that somebody started',
    power: 'off',
    guests: [own({ tags: [] })],
    plans: 'blocked pve2 unknown',
    says: /runs and lacks the tags lanista and jd/,
  },
  { situation: 'leaves a running VM alone', guests: [own()], plans: 'none pve2 running', says: /^exists here$/ },
  {
    situation: 'keeps a running VM on its node when a better one appears',
    guests: [own()],
    nodes: [node('pve1', { memoryUsedBytes: 0 }), node('pve2', { memoryUsedBytes: 63 * GIB })],
    plans: 'none pve2 running',
  },
  {
    situation: 'keeps a running VM on its node although its target_node says another',
    guests: [own()],
    vm: { targetNode: 'pve1' },
    plans: 'none pve2 running',
    says: /never moved, although target_node says pve1/,
  },
  {
    situation: "keeps a stopped VM on its node although the range's target_node says another",
    guests: [own(stopped)],
    rangeTarget: 'pve1',
    plans: 'continue pve2 starting',
    says: /although target_node says pve1/,
  },
  {
    situation: 'notes of an existing VM that its target_node is no node, and leaves it alone',
    guests: [own()],
    vm: { targetNode: 'pve-1' },
    plans: 'none pve2 running',
    says: /although target_node says pve-1, which is not a node of this cluster; did you mean pve1\?/,
  },
  {
    situation: 'says nothing of a target_node where the VM is',
    guests: [own()],
    vm: { targetNode: 'pve2' },
    rangeTarget: 'pve1',
    plans: 'none pve2 running',
    says: /^exists here$/,
  },
  {
    situation: 'configures a bare clone of its own VMID',
    guests: [own({ ...stopped, tags: [] })],
    plans: 'continue pve2 configuring',
  },
  {
    situation: 'does not pass off as fine a bare clone that somebody started, and leaves it alone',
    guests: [own({ tags: [] })],
    plans: 'blocked pve2 unknown',
    says: /runs and lacks the tags lanista and jd.*stop it/,
  },
  {
    situation: 'leaves a running VM alone that Ludus configured',
    guests: [own({ tags: [] }, 105)],
    plans: 'none pve2 running',
  },
  {
    situation: "configures a clone of a template that was once another range's VM",
    guests: [own({ ...stopped, tags: ['kl', 'lanista'] })],
    plans: 'continue pve2 configuring',
  },
  {
    situation: 'only starts an adopted VM, which Ludus configured',
    guests: [own({ ...stopped, tags: [] }, 105)],
    plans: 'continue pve2 starting',
  },
  {
    situation: 'goes on with a VM that Proxmox has no statistics of yet',
    guests: [own({ status: 'unknown', name: undefined, tags: [] })],
    plans: 'continue pve2 configuring',
  },
  {
    situation: 'waits for a clone under way, and says of no node that it is the one it goes to',
    guests: [guest(VMID, { name: undefined, lock: 'clone', status: 'unknown' })],
    plans: 'wait undefined cloning',
  },
  {
    situation: 'waits for a clone under way to the one node there is',
    guests: [guest(VMID, { name: undefined, lock: 'clone', status: 'unknown' })],
    nodes: [node('pve1')],
    plans: 'wait pve1 cloning',
  },
  {
    situation: "counts a VM whose clone it has begun where that goes, and not on its template's node",
    guests: [guest(VMID, { name: undefined, lock: 'clone', status: 'unknown' })],
    underWay: [{ rangeId: 'JD', vmid: VMID, name: NAME, node: 'pve2' }],
    plans: 'wait pve2 cloning',
  },
  {
    situation: 'does so, too, while its configuration is about to go there',
    guests: [own({ node: 'pve1', status: 'stopped', tags: [] })],
    underWay: [{ rangeId: 'JD', vmid: VMID, name: NAME, node: 'pve2' }],
    plans: 'wait pve2 cloning',
  },
  {
    situation: 'leaves a paused VM to the person who paused it',
    guests: [own({ status: 'paused' })],
    plans: 'none pve2 running',
    says: /paused/,
  },
  {
    situation: 'leaves a running VM alone while it is backed up',
    guests: [own({ lock: 'backup' })],
    plans: 'none pve2 running',
  },
  {
    situation: 'leaves a locked VM alone and says so',
    guests: [own({ ...stopped, lock: 'rollback' })],
    plans: 'blocked pve2 unknown',
    says: /locked \(rollback\).*qm unlock/,
  },
  {
    situation: 'leaves a VM where it is when its node is offline',
    guests: [own()],
    nodes: [node('pve1'), node('pve2', { online: false })],
    plans: 'blocked pve2 unknown',
    says: /the VM stays on its node pve2, which is offline; bring the node back/,
  },
  {
    situation: 'waits for no clone on a node that is offline, where none goes on',
    guests: [own({ lock: 'clone', status: 'unknown' })],
    nodes: [node('pve1'), node('pve2', { online: false, inCluster: false })],
    plans: 'blocked pve2 unknown',
    says: /the VM stays on its node pve2, which is offline/,
  },
  {
    situation: 'makes no twin of a VM whose name an offline node no longer tells',
    guests: [own({ name: undefined, status: 'unknown' }, 105)],
    nodes: [node('pve1'), node('pve2', { online: false })],
    plans: 'blocked undefined unknown',
    says: /no name yet/,
  },
  {
    situation: 'waits for the name of a VM that could be it',
    guests: [own({ name: undefined, status: 'unknown' }, 105)],
    plans: 'wait undefined unknown',
  },
  {
    situation: 'waits for its clone',
    guests: [own({ name: `VM ${VMID}`, lock: 'clone', pool: undefined, status: 'stopped', tags: [] })],
    plans: 'wait undefined cloning',
  },
  {
    situation: 'waits for the pool, which a clone is put into last, when it has begun the clone',
    guests: [own({ pool: undefined, status: 'stopped', tags: [] })],
    underWay: [{ rangeId: 'JD', vmid: VMID, name: NAME, node: 'pve2' }],
    plans: 'wait pve2 cloning',
  },
  {
    situation: 'waits for the pool, too, while any clone is at work, as after a restart',
    guests: [own({ pool: undefined, status: 'stopped', tags: [] })],
    snapshot: { runningTasks: [{ upid: 'UPID', node: 'pve1', type: 'qmclone', id: '9000' }] },
    plans: 'wait undefined cloning',
  },
  {
    situation: 'says what to run when its clone was interrupted',
    guests: [own({ name: `VM ${VMID}`, lock: 'clone', pool: undefined, status: 'stopped', tags: [] })],
    snapshot: { interruptedClones: new Set([VMID]) },
    plans: 'blocked pve2 blocked',
    says: /run as root on pve2: qm unlock 1010011 && qm destroy 1010011 --destroy-unreferenced-disks 1; it is then/,
  },
  {
    situation: 'says what to run before it repairs an interrupted clone',
    guests: [own({ name: undefined, lock: 'clone', pool: undefined, status: 'unknown', tags: [] })],
    snapshot: { interruptedClones: new Set([VMID]) },
    repair: true,
    plans: 'blocked pve2 blocked',
    says: /run as root on pve2: qm unlock 1010011; Lanista then removes it and clones it again/,
  },
  {
    situation: 'leaves an interrupted clone to a person that has its name already',
    guests: [own({ lock: 'clone', pool: undefined, status: 'stopped', tags: [] })],
    snapshot: { interruptedClones: new Set([VMID]) },
    repair: true,
    plans: 'blocked pve2 blocked',
    says: /qm unlock 1010011 && qm destroy/,
  },
  {
    situation: 'looks at what is in its place without a name',
    guests: [own({ name: `VM ${VMID}`, pool: undefined, status: 'stopped', tags: [] })],
    plans: 'leftover pve2 blocked',
  },
  {
    situation: 'looks at it to remove it where repair is on',
    guests: [own({ name: `VM ${VMID}`, pool: undefined, status: 'stopped', tags: [] })],
    repair: true,
    plans: 'leftover pve2 blocked',
  },
  {
    situation: 'waits with that while a clone runs on its node, which may be its own',
    guests: [own({ name: `VM ${VMID}`, pool: undefined, status: 'stopped', tags: [] })],
    snapshot: { runningTasks: [{ upid: 'UPID:pve2:1', node: 'pve2', type: 'qmclone', id: '9000' }] },
    repair: true,
    plans: 'wait pve2 blocked',
  },
  {
    situation: 'does nothing about it while its node is offline',
    nodes: [node('pve1'), node('pve2', { online: false })],
    guests: [own({ name: `VM ${VMID}`, pool: undefined, status: 'stopped', tags: [] })],
    repair: true,
    plans: 'blocked undefined blocked',
    says: /its node is offline; bring the node back/,
  },
  {
    situation: 'does not take a stranger with its VMID',
    guests: [guest(VMID)],
    plans: 'blocked undefined blocked',
    says: /belongs to/,
  },
  {
    situation: 'says what is missing when no template has that name',
    vm: { template: 'kali' },
    plans: 'blocked undefined blocked',
    says: /does not have its template kali/,
  },
  {
    situation: 'does not create a VM whose name another range is just creating',
    promised: [
      { vmid: 2_010_011, rangeId: 'KL', name: NAME, node: 'pve3', memoryBytes: GIB, cores: 1, disk: undefined },
    ],
    plans: 'blocked undefined blocked',
    says: /range KL is just creating VM 2010011 under that name/,
  },
  {
    situation: 'makes no twin of a VM that is still being made under its VMID of before',
    underWay: [{ rangeId: 'JD', vmid: 2_010_011, name: NAME, node: 'pve2' }],
    plans: 'wait undefined unknown',
    says: /VM 2010011 of that name is still worked on at pve2/,
  },
]

/** Looked at, and placed alone when it is absent. */
function planVm(row: Row) {
  const snapshot = cluster({ nodes: row.nodes ?? ['pve1', 'pve2'], guests: row.guests ?? [], ...row.snapshot })
  const guests = guestsOfRange('JD', new Set([VMID]), indexGuests(snapshot))
  const range = {
    id: 'JD',
    targetNode: row.rangeTarget,
    power: row.power ?? 'on',
    repair: row.repair ?? false,
    guests,
    promised: row.promised ?? [],
    hidden: row.hidden,
    underWay: row.underWay ?? [],
  }
  const look = lookAtVm(vm(NAME, row.vm), VMID, range, snapshot)
  if (look.kind === 'known') return look.plan
  const asked = request(NAME, { vm: vm(NAME, row.vm), vmid: VMID, rangeTargetNode: row.rangeTarget })
  const group = { rangeId: 'JD', requests: [asked], whereabouts: { nodeOf: new Map(), unknown: new Set<string>() } }
  const { byRequest } = placeRequests([group], capacityOf(snapshot, []), siteOf(snapshot), settings())
  return planOfPlaced(asked, byRequest.get(asked), row.power ?? 'on')
}

describe('the plan of a VM', () => {
  for (const row of rows) {
    it(row.situation, () => {
      const plan = planVm(row)
      expect(`${plan.step.kind} ${nodeOf(plan.step)} ${plan.phase}`).to.equal(row.plans)
      expect(plan.message).to.match(row.says ?? /^/)
      if (row.starts !== undefined) expect('power' in plan.step && plan.step.power === 'on').to.equal(row.starts)
      const taken = plan.step.kind !== 'create' && plan.step.at !== undefined
      expect(plan.vmid).to.equal(taken ? (row.guests?.[0]?.vmid ?? VMID) : VMID)
    })
  }
})
