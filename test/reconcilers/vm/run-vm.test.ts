import { expect } from 'chai'
import { always, type Permit, Withdrawn } from '../../../model/permit.ts'
import type { VmPlan, VmStep } from '../../../model/plan/vm-plan.ts'
import type { CloneRequest, MachineRead } from '../../../model/machine-ports.ts'
import type { ProxmoxErrorKind } from '../../../model/proxmox-error.ts'
import type { VmSpec } from '../../../model/range-spec.ts'
import type { VmPhase } from '../../../model/vm-phase.ts'
import { runVm } from '../../../reconcilers/vm/run-vm.ts'
import { FakeMachines, machine } from '../../builders/fake-machines.ts'
import { vm } from '../../builders/range.ts'

const VMID = 1_010_011
const NAME = 'JD-DC01'
const CREATE: VmStep = { kind: 'create', to: 'pve1', template: { vmid: 9001, node: 'pve2' }, power: 'on' }
const CONTINUE: VmStep = { kind: 'continue', at: 'pve1', power: 'on' }
const MARKED = ['jd', 'lanista']
const READ = `read ${VMID} on pve1`
const CLONE = `clone ${VMID} to pve1`
const CONFIGURE = `configure ${VMID} on pve1`
const START = `start ${VMID} on pve1`

const own = (traits: Partial<MachineRead> = {}) => machine(VMID, NAME, traits)
const planOf = (step: VmStep, phase: VmPhase, spec: Partial<VmSpec> = {}): VmPlan => ({
  spec: vm(NAME, spec),
  vmid: VMID,
  isSpelled: step.kind === 'create' || phase === 'configuring',
  step,
  phase,
  message: '',
})
const create = planOf(CREATE, 'absent')
const finish = planOf(CONTINUE, 'configuring')
const restart = planOf(CONTINUE, 'starting')

async function run(
  machines: FakeMachines,
  plan: VmPlan,
  signal = new AbortController().signal,
  holdStart = (): Promise<string | undefined> => Promise.resolve(undefined),
  wanted: Partial<Permit> = {},
  pooled: readonly number[] = [VMID],
) {
  const phases: VmPhase[] = []
  const work = {
    plan,
    node: 'pve1',
    networks: { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [10] },
    planned: new Set([VMID]),
    fullClone: { storage: 'shared', format: 'qcow2' },
    holdStart,
    machines,
    pools: {
      read: () =>
        Promise.resolve({ comment: undefined, guests: pooled, nodes: new Map(pooled.map((vmid) => [vmid, 'pve1'])) }),
    },
    now: () => 0,
    permit: { ...always(signal), ...wanted },
  }
  const { phase, outcome } = await runVm(work, (each) => void phases.push(each))
  return { phase, outcome, phases, error: 'error' in outcome ? outcome.error : '' }
}

interface Row {
  readonly situation: string
  readonly plan: VmPlan
  readonly machines: () => FakeMachines
  readonly calls: readonly string[]
  /** Phase and outcome. */
  readonly ends: string
  readonly says?: RegExp
}

const OFF: VmStep = { kind: 'shutdown', at: 'pve1', marked: true }
const shutDown = planOf(OFF, 'stopping')
const SHUTDOWN = `shutdown ${VMID} on pve1`
const running = (traits: Partial<MachineRead> = {}) => own({ running: true, tags: MARKED, ...traits })

const leftover = planOf({ kind: 'leftover', at: 'pve1', repair: true }, 'blocked')
const DESTROY = `destroy ${VMID} on pve1`
/** What Proxmox writes down when a clone begins, unlocked. */
const remains = (traits: Partial<MachineRead> = {}) =>
  own({ name: undefined, config: { description: ' qmclone temporary file' }, ...traits })

const leftoverRows: readonly Row[] = [
  {
    situation: 'removes what an interrupted clone left, for the next pass to clone again',
    plan: leftover,
    machines: () => new FakeMachines(remains()),
    calls: [READ, DESTROY],
    ends: 'absent progressing',
  },
  {
    situation: 'says what an interrupted clone left where it is not to be removed',
    plan: planOf({ kind: 'leftover', at: 'pve1', repair: false }, 'blocked'),
    machines: () => new FakeMachines(remains()),
    calls: [READ],
    ends: 'blocked retry',
    says: /^vm JD-DC01: its clone was interrupted and left VM 1010011 on pve1; remove that.*: qm destroy 1010011 /,
  },
  ...[
    { situation: 'it is locked by a clone', traits: { lock: 'clone' }, ends: 'cloning progressing' },
    { situation: 'it is locked otherwise', traits: { lock: 'backup' }, ends: 'unknown retry' },
    { situation: 'it has a name by now', traits: { name: NAME }, ends: 'blocked progressing' },
    { situation: 'it runs', traits: { running: true }, ends: 'blocked stalled' },
    { situation: 'it is a template', traits: { template: true }, ends: 'blocked stalled' },
    { situation: 'no clone made it', traits: { config: {} }, ends: 'blocked stalled' },
    { situation: 'a person described it', traits: { config: { description: 'mine' } }, ends: 'blocked stalled' },
  ].map(({ situation, traits, ends }) => ({
    situation: `removes nothing in the place of a VM when ${situation}`,
    plan: leftover,
    machines: () => new FakeMachines(remains(traits)),
    calls: [READ],
    ends,
  })),
  {
    situation: 'has nothing to remove that is gone',
    plan: leftover,
    machines: () => new FakeMachines(),
    calls: [READ],
    ends: 'blocked progressing',
  },
  {
    situation: 'looks when nobody says whether it is removed',
    plan: leftover,
    machines: () => new FakeMachines(remains()).fail('destroy', 'timeout-unknown-outcome', true),
    calls: [READ, DESTROY, READ],
    ends: 'blocked progressing',
  },
  {
    situation: 'tells why it can not be removed',
    plan: leftover,
    machines: () => new FakeMachines(remains()).fail('destroy', 'forbidden'),
    calls: [READ, DESTROY],
    ends: 'blocked stalled',
    says: /^vm JD-DC01: destroy: forbidden/,
  },
]

const rows: readonly Row[] = [
  ...leftoverRows,
  {
    situation: 'makes a VM that stays off with two writes',
    plan: planOf({ ...CREATE, power: 'off' }, 'absent'),
    machines: () => new FakeMachines(),
    calls: [READ, CLONE, READ, CONFIGURE],
    ends: 'stopped settled',
  },
  {
    situation: 'does not start a VM that is to be left as it is, and turns out to be off',
    plan: planOf({ ...CONTINUE, power: 'off' }, 'unknown'),
    machines: () => new FakeMachines(own({ tags: MARKED })),
    calls: [READ],
    ends: 'stopped settled',
  },
  {
    situation: 'does not shut a VM down that is to be left as it is, and turns out to run',
    plan: planOf({ ...CONTINUE, power: 'off' }, 'unknown'),
    machines: () => new FakeMachines(running()),
    calls: [READ],
    ends: 'running settled',
  },
  {
    situation: 'shuts a VM down after a look',
    plan: shutDown,
    machines: () => new FakeMachines(running()),
    calls: [READ, SHUTDOWN],
    ends: 'stopped settled',
  },
  {
    situation: 'shuts a VM down that Ludus made, and that has no tags',
    plan: planOf({ ...OFF, marked: false }, 'stopping'),
    machines: () => new FakeMachines(running({ tags: [] })),
    calls: [READ, SHUTDOWN],
    ends: 'stopped settled',
  },
  {
    situation: 'finds a VM off that the snapshot showed running',
    plan: shutDown,
    machines: () => new FakeMachines(own({ tags: MARKED })),
    calls: [READ],
    ends: 'stopped settled',
  },
  {
    situation: 'does not shut a VM down that has lost its tags meanwhile',
    plan: shutDown,
    machines: () => new FakeMachines(running({ tags: ['lanista', 'kl'] })),
    calls: [READ],
    ends: 'running retry',
    says: /lacks the tags lanista and jd.*not shut down/,
  },
  {
    situation: 'does not shut a VM down that has another name by now',
    plan: shutDown,
    machines: () => new FakeMachines(running({ name: 'theirs' })),
    calls: [READ],
    ends: 'blocked stalled',
    says: /belongs to theirs/,
  },
  {
    situation: 'does not shut a template down',
    plan: shutDown,
    machines: () => new FakeMachines(running({ template: true })),
    calls: [READ],
    ends: 'blocked stalled',
  },
  {
    situation: 'does not shut a VM down that was paused meanwhile',
    plan: shutDown,
    machines: () => new FakeMachines(running({ paused: true })),
    calls: [READ],
    ends: 'running retry',
    says: /is paused, so it is left alone/,
  },
  {
    situation: 'does not shut a VM down that is being backed up by now',
    plan: shutDown,
    machines: () => new FakeMachines(running({ lock: 'backup' })),
    calls: [READ],
    ends: 'unknown retry',
    says: /locked \(backup\)/,
  },
  {
    situation: 'does not look elsewhere for a VM that is gone when it is to be shut down',
    plan: shutDown,
    machines: () => new FakeMachines(),
    calls: [READ],
    ends: 'absent retry',
  },
  {
    situation: 'looks whether a VM went down when nobody answered',
    plan: shutDown,
    machines: () => new FakeMachines(running()).fail('shutdown', 'timeout-unknown-outcome', true),
    calls: [READ, SHUTDOWN, READ],
    ends: 'stopped settled',
  },
  {
    situation: 'makes a fresh VM with three writes',
    plan: create,
    machines: () => new FakeMachines(),
    calls: [READ, CLONE, READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'configures and starts a clone that a crash left bare',
    plan: finish,
    machines: () => new FakeMachines(own()),
    calls: [READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'carries on with a clone that appeared since it was planned',
    plan: create,
    machines: () => new FakeMachines(own()),
    calls: [READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'only starts a VM that is configured',
    plan: finish,
    machines: () => new FakeMachines(own({ tags: MARKED })),
    calls: [READ, START],
    ends: 'running settled',
  },
  {
    situation: "configures a clone with the marks of its template's former range",
    plan: finish,
    machines: () => new FakeMachines(own({ tags: ['kl', 'lanista'] })),
    calls: [READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'only starts an adopted VM, whatever its tags',
    plan: restart,
    machines: () => new FakeMachines(own()),
    calls: [READ, START],
    ends: 'running settled',
  },
  {
    situation: 'writes nothing to a VM that runs by now',
    plan: finish,
    machines: () => new FakeMachines(own({ running: true, tags: ['jd', 'lanista'] })),
    calls: [READ],
    ends: 'running settled',
  },
  {
    situation: 'does not pass off as fine a bare clone that somebody started, and leaves it alone',
    plan: finish,
    machines: () => new FakeMachines(own({ running: true, tags: [] })),
    calls: [READ],
    ends: 'unknown retry',
    says: /runs and lacks the tags lanista and jd.*stop it/,
  },
  {
    situation: 'takes a running VM for running while it is backed up',
    plan: restart,
    machines: () => new FakeMachines(own({ running: true, lock: 'backup' })),
    calls: [READ],
    ends: 'running settled',
  },
  {
    situation: 'waits for a clone under way, which has no name yet',
    plan: create,
    machines: () => new FakeMachines(own({ name: undefined, lock: 'clone' })),
    calls: [READ],
    ends: 'cloning progressing',
  },
  {
    situation: 'leaves a locked VM alone and tries again later',
    plan: restart,
    machines: () => new FakeMachines(own({ lock: 'rollback' })),
    calls: [READ],
    ends: 'unknown retry',
    says: /^vm JD-DC01: .*locked \(rollback\)/,
  },
  {
    situation: 'touches no stranger with its VMID',
    plan: create,
    machines: () => new FakeMachines(machine(VMID, 'web')),
    calls: [READ],
    ends: 'blocked stalled',
    says: /VMID 1010011 belongs to web/,
  },
  {
    situation: 'touches no running stranger with its VMID',
    plan: finish,
    machines: () => new FakeMachines(machine(VMID, 'web', { running: true })),
    calls: [READ],
    ends: 'blocked stalled',
  },
  {
    situation: 'touches no nameless stranger with its VMID',
    plan: finish,
    machines: () => new FakeMachines(own({ name: undefined })),
    calls: [READ],
    ends: 'blocked stalled',
    says: /a nameless guest/,
  },
  {
    situation: 'touches no template, though it has its name',
    plan: finish,
    machines: () => new FakeMachines(own({ template: true })),
    calls: [READ],
    ends: 'blocked stalled',
  },
  {
    situation: 'does not clone a VM that vanished when only a start was planned',
    plan: restart,
    machines: () => new FakeMachines(),
    calls: [READ],
    ends: 'absent retry',
    says: /not found on pve1/,
  },
  {
    situation: 'does not clone again where the first clone vanished at once',
    plan: create,
    machines: () => {
      const machines = new FakeMachines()
      machines.onCall = (call) => {
        if (call === 'read') machines.machines.clear()
      }
      return machines
    },
    calls: [READ, CLONE, READ],
    ends: 'absent retry',
  },
  {
    situation: 'looks after a clone without an answer, and carries on when it happened',
    plan: create,
    machines: () => new FakeMachines().fail('clone', 'timeout-unknown-outcome', true),
    calls: [READ, CLONE, READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'looks after a clone without an answer, and leaves another try to the next pass',
    plan: create,
    machines: () => new FakeMachines().fail('clone', 'timeout-unknown-outcome'),
    calls: [READ, CLONE, READ],
    ends: 'absent retry',
    says: /not found on pve1, after this: .*timeout-unknown-outcome/,
  },
  {
    situation: 'looks after a clone that met its own twin, and carries on with that',
    plan: create,
    machines: () => new FakeMachines().fail('clone', 'conflict', true),
    calls: [READ, CLONE, READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'looks after a clone that met a stranger, and leaves that alone',
    plan: create,
    machines: () => {
      const machines = new FakeMachines()
      machines.onCall = (call) => {
        if (call === 'clone') machines.machines.set(VMID, machine(VMID, 'web'))
      }
      return machines
    },
    calls: [READ, CLONE, READ],
    ends: 'blocked stalled',
  },
  {
    situation: 'looks after a clone onto a VMID that is taken on another node',
    plan: create,
    machines: () => new FakeMachines(machine(VMID, 'web', { node: 'pve2' })),
    calls: [READ, CLONE, READ],
    ends: 'absent retry',
  },
  {
    situation: 'looks after a configuration without an answer, and goes on when it happened',
    plan: finish,
    machines: () => new FakeMachines(own()).fail('configure', 'timeout-unknown-outcome', true),
    calls: [READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'looks after a configuration without an answer, and writes it again when it did not happen',
    plan: finish,
    machines: () => new FakeMachines(own()).fail('configure', 'timeout-unknown-outcome'),
    calls: [READ, CONFIGURE, READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'computes the configuration anew when somebody changed it in between',
    plan: finish,
    machines: () => {
      const machines = new FakeMachines(own())
      machines.onCall = (call) => {
        if (call === 'configure' && machines.writes.length === 0) machines.machines.set(VMID, own({ digest: '2' }))
      }
      return machines
    },
    calls: [READ, CONFIGURE, READ, CONFIGURE, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'looks after a start without an answer, and is content when it happened',
    plan: restart,
    machines: () => new FakeMachines(own()).fail('start', 'timeout-unknown-outcome', true),
    calls: [READ, START, READ],
    ends: 'running settled',
  },
  {
    situation: 'looks after a start without an answer, and starts when it did not happen',
    plan: restart,
    machines: () => new FakeMachines(own()).fail('start', 'timeout-unknown-outcome'),
    calls: [READ, START, READ, START],
    ends: 'running settled',
  },
  {
    situation: 'is content when a person started it in between',
    plan: restart,
    machines: () => {
      const machines = new FakeMachines(own())
      machines.onCall = (call) => {
        if (call === 'start') machines.machines.set(VMID, own({ running: true }))
      }
      return machines
    },
    calls: [READ, START, READ],
    ends: 'running settled',
  },
  {
    situation: 'gives up for this pass after four writes without an answer',
    plan: restart,
    machines: () =>
      ['', '', '', ''].reduce((all) => all.fail('start', 'timeout-unknown-outcome'), new FakeMachines(own())),
    calls: [READ, START, READ, START, READ, START, READ, START],
    ends: 'starting retry',
    says: /timeout-unknown-outcome/,
  },
  {
    situation: 'says in which step it failed',
    plan: create,
    machines: () => new FakeMachines().fail('clone', 'task-failed'),
    calls: [READ, CLONE],
    ends: 'cloning retry',
    says: /^vm JD-DC01: clone: task-failed$/,
  },
]

describe('runVm', () => {
  for (const { situation, plan, machines, calls, ends, says = /^/ } of rows) {
    it(situation, async () => {
      const there = machines()
      const { phase, outcome, error } = await run(there, plan)
      expect(there.journal).to.deep.equal(calls)
      expect(`${phase} ${outcome.kind}`).to.equal(ends)
      expect(error).to.match(says)
    })
  }

  it('clones no VM beside one that has come under another of its names', async () => {
    const machines = new FakeMachines(machine(105, 'JD-of-old'))
    const plan = planOf(CREATE, 'absent', { otherNames: ['JD-of-old'] })
    const { error } = await run(machines, plan, undefined, undefined, undefined, [105])
    expect(machines.machines.has(VMID)).to.equal(false)
    expect(error).to.match(/VM 105 in pool JD has that name by now/)
  })

  const steps = [
    ['read', restart, 'starting'],
    ['clone', create, 'cloning'],
    ['configure', finish, 'configuring'],
    ['start', restart, 'starting'],
  ] as const
  const hopeless: readonly ProxmoxErrorKind[] = ['unauthorized', 'forbidden', 'invalid-parameters']
  const passing: readonly ProxmoxErrorKind[] = ['locked', 'no-quorum', 'node-unreachable', 'transport', 'task-failed']
  for (const [call, plan, phase] of steps) {
    it(`ends with the right outcome for each error of ${call}, and writes nothing more`, async () => {
      for (const kind of [...hopeless, ...passing, 'not-found', 'unexpected-reply'] as const) {
        const machines = new FakeMachines(...(call === 'clone' ? [] : [own()])).fail(call, kind)
        const result = await run(machines, plan)
        const outcome = hopeless.includes(kind) ? 'stalled' : 'retry'
        expect(`${result.phase} ${result.outcome.kind}`, kind).to.equal(`${phase} ${outcome}`)
        expect(machines.journal.at(-1), kind).to.match(new RegExp(`^${call}`))
      }
    })

    it(`writes nothing more when it is aborted during ${call}`, async () => {
      const machines = new FakeMachines(...(call === 'clone' ? [] : [own()]))
      const stop = new AbortController()
      machines.onCall = (now) => {
        if (now === call) stop.abort(new Error('stopping'))
      }
      await run(machines, plan, stop.signal)
      expect(machines.journal.at(-1)).to.match(new RegExp(`^${call}`))
    })
  }

  it('does not even look when it is aborted before it begins', async () => {
    const machines = new FakeMachines(own())
    await run(machines, restart, AbortSignal.abort(new Error('stopping')))
    expect(machines.journal).to.deep.equal([])
  })

  it('asks whether it may start once everything else is done, and waits for the answer', async () => {
    const machines = new FakeMachines()
    const asked: string[] = []
    const result = await run(machines, create, undefined, async () => {
      asked.push(...machines.writes)
      return undefined
    })
    expect(asked).to.deep.equal([CLONE, CONFIGURE])
    expect(machines.writes).to.deep.equal([CLONE, CONFIGURE, START])
    expect(result.outcome).to.deep.equal({ kind: 'settled' })
  })

  it('starts no VM that is held, and says why', async () => {
    const machines = new FakeMachines(own({ tags: MARKED }))
    const result = await run(machines, restart, undefined, async () => 'lacks r1')
    expect(`${result.phase} ${result.outcome.kind}`).to.equal('starting retry')
    expect(result.error).to.equal(`vm ${NAME}: it is not started yet, because its node pve1 lacks r1`)
    expect(machines.writes).to.deep.equal([])
  })

  it('starts nothing when it is aborted while it waits for its networks', async () => {
    const machines = new FakeMachines(own({ tags: MARKED }))
    const stop = new AbortController()
    await run(machines, restart, stop.signal, async () => {
      stop.abort(new Error('stopping'))
      return undefined
    })
    expect(machines.writes).to.deep.equal([])
  })

  it('asks nobody for a VM that is to stay off', async () => {
    const asked: string[] = []
    await run(new FakeMachines(), planOf({ ...CREATE, power: 'off' }, 'absent'), undefined, async () => {
      asked.push('asked')
      return 'lacks r1'
    })
    expect(asked).to.deep.equal([])
  })

  for (const [sent, call] of ['clone', 'configure', 'start'].entries())
    it(`stops where it is, without having failed, when its ${call} is withdrawn right before it is sent`, async () => {
      const machines = new FakeMachines()
      let asked = 0
      const check = async (): Promise<void> => {
        asked += 1
        if (asked > sent) throw new Withdrawn('not wanted any more')
      }
      const { outcome } = await run(machines, create, undefined, undefined, { check })
      expect(outcome).to.deep.equal({ kind: 'progressing' })
      expect(asked).to.equal(sent + 1)
      expect(machines.writes.map((each) => each.split(' ')[0])).to.deep.equal(
        ['clone', 'configure', 'start'].slice(0, sent),
      )
    })

  it('begins no further step once it is withdrawn, and sees the one under way to its end', async () => {
    const machines = new FakeMachines()
    const withdraw = new AbortController()
    machines.onCall = (call) => {
      if (call === 'clone') withdraw.abort(new Withdrawn('suspended'))
    }
    const { outcome } = await run(machines, create, undefined, undefined, { withdrawn: withdraw.signal })
    expect(outcome).to.deep.equal({ kind: 'progressing' })
    expect(machines.writes).to.deep.equal([`clone ${VMID} to pve1`])
  })

  for (const [what, plan] of [
    ['configured', finish],
    ['started', restart],
    ['shut down', shutDown],
  ] as const)
    it(`is not ${what} when it was taken out of its pool before it was looked at`, async () => {
      const machines = new FakeMachines(what === 'configured' ? own() : running({ running: what === 'shut down' }))
      const { phase, error } = await run(machines, plan, undefined, undefined, {}, [])
      expect([phase, machines.writes]).to.deep.equal(['blocked', []])
      expect(error).to.include('is no longer in pool JD')
    })

  it('tells each phase as it is entered', async () => {
    expect((await run(new FakeMachines(), create)).phases).to.deep.equal(['cloning', 'configuring', 'starting'])
    expect((await run(new FakeMachines(remains()), leftover)).phases).to.deep.equal(['deleting'])
  })

  it('clones linked unless the file wants a full clone, which names storage and format', async () => {
    const requests: CloneRequest[] = []
    const machines = new FakeMachines()
    const clone = machines.clone.bind(machines)
    machines.clone = (request, permit) => {
      requests.push(request)
      return clone(request, permit)
    }
    await run(machines, create)
    machines.machines.clear()
    await run(machines, planOf(CREATE, 'absent', { fullClone: true }))
    expect(requests[0]).to.deep.equal({
      template: { vmid: 9001, node: 'pve2' },
      vmid: VMID,
      name: NAME,
      pool: 'JD',
      description:
        '{"groups":["JD","JD_windows_endpoints"],"lanista":{"range":"JD","vmid":1010011,"configured":false}}',
      target: 'pve1',
      full: undefined,
    })
    expect(requests[1]?.full).to.deep.equal({ storage: 'shared', format: 'qcow2' })
  })
})
