import { expect } from 'chai'
import sinon from 'sinon'
import { ConfigAudit } from '../../../controllers/machine/config-audit.ts'
import { FailedClones } from '../../../controllers/machine/failed-clones.ts'
import { VmBackoff } from '../../../controllers/machine/vm-backoff.ts'
import type { KeepAssignment } from '../../../controllers/machine/vm-assignment.ts'
import { VmWorker } from '../../../controllers/machine/vm-worker.ts'
import { always } from '../../../model/permit.ts'
import type { VmStep } from '../../../model/plan/vm-plan.ts'
import type { VmPhase } from '../../../model/vm-phase.ts'
import { FakeMachines } from '../../builders/fake-machines.ts'
import { quiet } from '../../builders/quiet.ts'
import { vm } from '../../builders/range.ts'

const VMID = 1_010_011
const WAIT: VmStep = { kind: 'wait', at: undefined }
const CREATE: VmStep = { kind: 'create', to: 'pve1', template: { vmid: 9001, node: 'pve1' }, power: 'off' }
const MINUTE = 60_000

const handed = (step: VmStep, phase: VmPhase, message: string): KeepAssignment => ({
  kind: 'keep',
  rangeId: 'JD',
  plan: { spec: vm('JD-a'), vmid: VMID, isSpelled: true, step, phase, message },
  power: 'off',
  drift: { networks: 'correct', hardware: 'report' },
  networks: { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [10] },
  planned: new Set([VMID]),
  isRemade: false,
  fullClone: { storage: 'shared', format: 'qcow2' },
  startGate: { closedNow: () => undefined, closed: () => Promise.resolve(undefined) },
  check: () => Promise.resolve(),
  onBridgeMissing: () => undefined,
  tell: () => undefined,
})

function workerOn(machines: FakeMachines) {
  const time = { now: 0 }
  const clock = { now: () => time.now }
  const failed = new FailedClones(clock)
  const audit = sinon.createStubInstance(ConfigAudit)
  const pools = { read: () => Promise.resolve({ comment: undefined, guests: [], nodes: new Map<number, string>() }) }
  const worker = new VmWorker({ machines, pools }, audit, new VmBackoff(clock, () => 1), clock, quiet, failed)
  const work = (assignment: KeepAssignment) => worker.work(assignment, always(new AbortController().signal))
  return { time, worker, work, failed }
}

describe('a VM for which Proxmox should have told something by now', () => {
  it('is told of after a minute, with what it waits for', async () => {
    const { time, worker, work } = workerOn(new FakeMachines())
    const unnamed = handed(WAIT, 'unknown', 'VM 7 has no name yet; give it one')
    expect([worker.newsOf(unnamed).trouble, (await work(unnamed)).kind]).to.deep.equal([undefined, 'progressing'])
    time.now = MINUTE
    expect(worker.newsOf(unnamed).trouble).to.equal('vm JD-a: VM 7 has no name yet; give it one')
    expect(await work(unnamed)).to.deep.include({ kind: 'retry' })
  })

  it('has its time anew when it waits for something else, and after it was worked on', async () => {
    const { time, worker, work } = workerOn(new FakeMachines())
    const [one, other] = [handed(WAIT, 'unknown', 'one'), handed(WAIT, 'unknown', 'other')]
    worker.newsOf(one)
    time.now = MINUTE
    expect(worker.newsOf(other).trouble).to.equal(undefined)
    time.now = 2 * MINUTE
    const blocked: VmStep = { kind: 'blocked', finding: { reason: 'NoNode', message: '' }, at: undefined }
    await work(handed(blocked, 'blocked', ''))
    expect(worker.newsOf(other).trouble).to.equal(undefined)
  })

  it('is not while it is being cloned, which may take hours', () => {
    const { time, worker } = workerOn(new FakeMachines())
    const cloning = handed(WAIT, 'cloning', 'exists here')
    worker.newsOf(cloning)
    time.now = 60 * MINUTE
    expect(worker.newsOf(cloning).trouble).to.equal(undefined)
  })
})

describe('a node on which a clone fails', () => {
  it('is avoided for a while, and not for what would be the same on any other', async () => {
    const { work, failed } = workerOn(new FakeMachines().fail('clone', 'forbidden'))
    await work(handed(CREATE, 'absent', ''))
    expect([...failed.avoided().keys()]).to.deep.equal([])
    const unlucky = workerOn(new FakeMachines().fail('clone', 'task-failed'))
    await unlucky.work(handed(CREATE, 'absent', ''))
    expect([...unlucky.failed.avoided().keys()]).to.deep.equal(['pve1'])
    unlucky.time.now = 5 * MINUTE
    await unlucky.work(handed(CREATE, 'absent', 'another try'))
    expect([...unlucky.failed.avoided().keys()], 'after one that went well').to.deep.equal([])
    unlucky.failed.failed('pve1', 'disk full')
    unlucky.time.now = 15 * MINUTE
    expect([...unlucky.failed.avoided().keys()]).to.deep.equal([])
  })
})
