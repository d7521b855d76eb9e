import { expect } from 'chai'
import { createActor, SimulatedClock } from 'xstate'
import { backoffOf } from '../../../controllers/pace/requeue.ts'
import { type PassReach, rangeMachine } from '../../../controllers/range/range-machine.ts'
import { type VmAssignment, vmidOf } from '../../../controllers/machine/vm-assignment.ts'
import type { Outcome } from '../../../model/outcome.ts'
import { settled } from '../../builders/quiet.ts'
import { vm } from '../../builders/range.ts'

const SETTLED: Outcome = { kind: 'settled' }
const PROGRESSING: Outcome = { kind: 'progressing' }
const RETRY: Outcome = { kind: 'retry', error: 'no answer' }
const STALLED: Outcome = { kind: 'stalled', error: 'no right' }

interface Work {
  readonly assignment: VmAssignment
  readonly withdrawn: AbortSignal
  readonly end: (outcome: Outcome) => void
}

const assignmentOf = (vmid: number, cpus = 2): VmAssignment => ({
  kind: 'keep',
  rangeId: 'JD',
  plan: {
    spec: vm(`JD-${vmid}`, { cpus }),
    vmid,
    isSpelled: true,
    step: { kind: 'none', at: 'pve1' },
    phase: 'running',
    message: '',
  },
  power: 'on',
  drift: { networks: 'report', hardware: 'report' },
  networks: { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r1' }, vlans: [] },
  planned: new Set([vmid]),
  isRemade: false,
  fullClone: { storage: 'local', format: 'qcow2' },
  startGate: { closedNow: () => undefined, closed: async () => undefined },
  check: async () => {},
  onBridgeMissing: () => undefined,
  tell: () => undefined,
})

/** A range whose passes, and works on VMs, end when told to. */
function scripted() {
  const clock = new SimulatedClock()
  const open: { readonly end: (outcome: Outcome) => void; readonly fail: (error: unknown) => void }[] = []
  let passes = 0
  let reach: PassReach | undefined
  const pass = (_rangeId: string, its: PassReach) =>
    new Promise<Outcome>((end, fail) => {
      passes += 1
      reach = its
      open.push({ end, fail })
    })
  const works: Work[] = []
  const work = (assignment: VmAssignment, withdrawn: AbortSignal) =>
    new Promise<Outcome>((end) => works.push({ assignment, withdrawn, end }))
  const worksOn = (vmid: number): readonly Work[] => works.filter(({ assignment }) => vmidOf(assignment) === vmid)
  const actor = createActor(rangeMachine, {
    clock,
    input: { rangeId: 'JD', pass, executor: { work }, random: () => 1, now: () => clock.now() },
  })
  actor.start()
  return {
    trigger: () => actor.send({ type: 'trigger' }),
    resync: () => actor.send({ type: 'resync' }),
    /** Ends the pass under way. */
    end: async (outcome: Outcome) => {
      open.shift()?.end(outcome)
      await settled()
    },
    fail: async (error: unknown) => {
      open.shift()?.fail(error)
      await settled()
    },
    wait: (milliseconds: number) => clock.increment(milliseconds),
    /** What the pass under way hands over: VMs by number, each wanted like this. */
    handOver: (...vmids: readonly number[]) =>
      reach?.handOver(
        vmids.map((vmid) => assignmentOf(vmid)),
        'all',
      ),
    handOverSome: (...vmids: readonly number[]) =>
      reach?.handOver(
        vmids.map((vmid) => assignmentOf(vmid)),
        'some',
      ),
    change: (vmid: number, cpus: number) => reach?.handOver([assignmentOf(vmid, cpus)], 'some'),
    withdraw: () => reach?.withdraw('suspended', 'all'),
    superseded: () => reach?.superseded.aborted,
    /** Works begun on a VM so far, and whether the last was withdrawn. */
    works: (vmid: number) => worksOn(vmid).length,
    withdrawn: (vmid: number) => worksOn(vmid).at(-1)?.withdrawn.aborted,
    endWork: async (vmid: number, outcome: Outcome) => {
      worksOn(vmid).at(-1)?.end(outcome)
      await settled()
    },
    stateOf: (vmid: number) => actor.getSnapshot().context.vms.get(vmid)?.getSnapshot().value,
    passes: () => passes,
    open: () => open.length,
    now: () => clock.now(),
    state: () => actor.getSnapshot().value,
    context: () => actor.getSnapshot().context,
  }
}

describe('backoffOf', () => {
  it('doubles with each failure in a row, up to 30 s, and varies by half', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 5000].map((failures) => backoffOf(failures, 1))).to.deep.equal([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ])
    expect(backoffOf(1, 0)).to.equal(500)
    expect(backoffOf(0, 1)).to.equal(1000)
  })
})

describe('rangeMachine', () => {
  it('waits until something wakes it', () => {
    for (const wake of ['trigger', 'resync'] as const) {
      const range = scripted()
      expect([range.state(), range.passes()]).to.deep.equal(['waiting', 0])
      range[wake]()
      expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 1])
    }
  })

  it('waits again after a settled pass, whatever time passes', async () => {
    const range = scripted()
    range.trigger()
    await range.end(SETTLED)
    range.wait(1_000_000)
    expect([range.state(), range.passes()]).to.deep.equal(['waiting', 1])
  })

  it('makes exactly one more pass for any number of triggers during a pass, never two at once', async () => {
    const range = scripted()
    range.trigger()
    for (let times = 0; times < 5; times++) range.trigger()
    expect(range.open()).to.equal(1)
    await range.end(SETTLED)
    expect([range.passes(), range.open()]).to.deep.equal([2, 1])
    await range.end(SETTLED)
    expect([range.passes(), range.state()]).to.deep.equal([2, 'waiting'])
  })

  it('makes no further pass for a resync during a pass', async () => {
    const range = scripted()
    range.trigger()
    range.resync()
    await range.end(SETTLED)
    expect([range.passes(), range.state()]).to.deep.equal([1, 'waiting'])
  })

  it('goes by a trigger during a pass rather than by how the pass ended', async () => {
    for (const outcome of [PROGRESSING, RETRY, STALLED]) {
      const range = scripted()
      range.trigger()
      range.trigger()
      await range.end(outcome)
      expect(range.state(), outcome.kind).to.equal('reconciling')
    }
  })

  it('looks again after a second while work goes on in Proxmox, or at once on a trigger', async () => {
    const range = scripted()
    range.trigger()
    await range.end(PROGRESSING)
    range.resync()
    range.wait(999)
    expect(range.state()).to.equal('rechecking')
    range.wait(1)
    expect(range.passes()).to.equal(2)
    await range.end(PROGRESSING)
    range.trigger()
    expect(range.passes()).to.equal(3)
  })

  it('backs off longer with each failure in a row, up to 30 s', async () => {
    const range = scripted()
    range.trigger()
    for (const delay of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const passes = range.passes()
      await range.end(RETRY)
      range.wait(delay - 1)
      expect([range.state(), range.passes()]).to.deep.equal(['backingOff', passes])
      range.wait(1)
      expect(range.passes()).to.equal(passes + 1)
    }
  })

  it('begins with a short delay again after a pass that did not fail', async () => {
    const range = scripted()
    range.trigger()
    await range.end(RETRY)
    range.wait(1000)
    await range.end(RETRY)
    range.wait(2000)
    await range.end(SETTLED)
    range.trigger()
    await range.end(RETRY)
    range.wait(1000)
    expect(range.passes()).to.equal(5)
  })

  it('is not disturbed by a resync while it backs off', async () => {
    const range = scripted()
    range.trigger()
    await range.end(RETRY)
    range.wait(600)
    range.resync()
    expect([range.state(), range.passes()]).to.deep.equal(['backingOff', 1])
    range.wait(400)
    expect(range.passes()).to.equal(2)
  })

  it('waits until what failed is tried again, however often it failed', async () => {
    const range = scripted()
    range.trigger()
    for (const retryAt of [2000, 130_000]) {
      await range.end({ ...RETRY, retryAt })
      range.wait(retryAt - 1 - range.now())
      expect(range.state()).to.equal('backingOff')
      range.wait(1)
      expect(range.state()).to.equal('reconciling')
    }
  })

  it('looks sooner when something else failed as well', async () => {
    const range = scripted()
    range.trigger()
    await range.end({ ...RETRY, retryAt: 130_000, orSooner: true })
    range.wait(1000)
    expect(range.passes()).to.equal(2)
    await range.end({ ...RETRY, retryAt: 1500, orSooner: true })
    range.wait(500)
    expect(range.passes()).to.equal(3)
  })

  it('looks at once when that time has come during the pass', async () => {
    const range = scripted()
    range.trigger()
    range.wait(5000)
    await range.end({ ...RETRY, retryAt: 2000 })
    range.wait(0)
    expect(range.passes()).to.equal(2)
  })

  it('is woken by a resync while one of its VMs waits', async () => {
    const range = scripted()
    range.trigger()
    range.handOver(1)
    await range.end(SETTLED)
    await range.endWork(1, { ...RETRY, retryAt: 130_000 })
    expect([range.state(), range.stateOf(1)]).to.deep.equal(['waiting', 'backingOff'])
    range.wait(600)
    range.resync()
    expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 2])
  })

  it('wakes by itself from being stalled when it is known when', async () => {
    const range = scripted()
    range.trigger()
    await range.end({ ...STALLED, retryAt: 60_000 })
    range.wait(59_999)
    expect(range.state()).to.equal('stalled')
    range.wait(1)
    expect(range.passes()).to.equal(2)
  })

  it('stops backing off on a trigger, and begins with a short delay again', async () => {
    const range = scripted()
    range.trigger()
    await range.end(RETRY)
    range.wait(1000)
    await range.end(RETRY)
    range.trigger()
    expect(range.passes()).to.equal(3)
    await range.end(RETRY)
    expect(range.context().tried.failures).to.equal(1)
    range.wait(1000)
    expect(range.passes()).to.equal(4)
  })

  it('stays stalled, whatever time passes, until a trigger or a resync wakes it', async () => {
    for (const wake of ['trigger', 'resync'] as const) {
      const range = scripted()
      range.trigger()
      await range.end(STALLED)
      range.wait(1_000_000)
      expect([range.state(), range.passes()]).to.deep.equal(['stalled', 1])
      range[wake]()
      expect(range.passes()).to.equal(2)
    }
  })

  it('backs off after a pass that broke, and forgets no trigger for it', async () => {
    const range = scripted()
    range.trigger()
    await range.fail(new TypeError('bug'))
    expect(range.state()).to.equal('backingOff')
    expect(range.context().tried.outcome).to.deep.equal({ kind: 'retry', error: 'bug' })
    range.wait(1000)
    range.trigger()
    await range.fail('bug')
    expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 3])
  })
})

describe('the VMs of a range', () => {
  /** A range whose pass has handed these VMs over and ended. */
  async function handedOver(...vmids: readonly number[]) {
    const range = scripted()
    range.trigger()
    range.handOver(...vmids)
    await range.end(SETTLED)
    return range
  }

  it('work on after the pass, each by itself, and the range waits for none', async () => {
    const range = await handedOver(1, 2)
    expect([range.state(), range.stateOf(1), range.stateOf(2)]).to.deep.equal(['waiting', 'working', 'working'])
    await range.endWork(1, SETTLED)
    expect([range.stateOf(1), range.stateOf(2), range.passes()]).to.deep.equal(['resting', 'working', 1])
  })

  it('are looked at by a pass while one of them is still worked on, which goes on undisturbed', async () => {
    const range = await handedOver(1)
    range.trigger()
    expect(range.state()).to.equal('reconciling')
    range.handOver(1, 2)
    await range.end(SETTLED)
    expect([range.works(1), range.withdrawn(1), range.works(2)]).to.deep.equal([1, false, 1])
    await range.endWork(1, SETTLED)
    expect([range.stateOf(1), range.passes()]).to.deep.equal(['resting', 2])
  })

  it('stop between two steps when something else is wanted, and begin it only with a plan made after that', async () => {
    const range = await handedOver(1)
    range.trigger()
    range.change(1, 4)
    await range.end(SETTLED)
    expect([range.withdrawn(1), range.works(1)]).to.deep.equal([true, 1])
    await range.endWork(1, PROGRESSING)
    expect([range.state(), range.passes(), range.works(1)]).to.deep.equal(['reconciling', 3, 1])
    range.change(1, 4)
    expect([range.works(1), range.withdrawn(1)]).to.deep.equal([2, false])
  })

  it('stop when nothing is wanted of them any more, and rest until something is', async () => {
    const range = await handedOver(1, 2)
    await range.endWork(2, { ...RETRY, retryAt: 5000 })
    range.trigger()
    range.withdraw()
    await range.end(SETTLED)
    expect([range.withdrawn(1), range.stateOf(2)]).to.deep.equal([true, 'resting'])
    await range.endWork(1, PROGRESSING)
    range.wait(100_000)
    expect([range.stateOf(1), range.stateOf(2), range.passes()]).to.deep.equal(['resting', 'resting', 2])
    range.trigger()
    range.handOver(1)
    expect(range.works(1)).to.equal(2)
  })

  it('are let go of when the file names them no more, one that is worked on when its work has ended', async () => {
    const range = await handedOver(1, 2)
    await range.endWork(2, SETTLED)
    range.trigger()
    range.handOver(3)
    await range.end(SETTLED)
    expect([range.withdrawn(1), range.stateOf(1), range.stateOf(2)]).to.deep.equal([true, 'working', undefined])
    await range.endWork(1, PROGRESSING)
    range.trigger()
    range.handOver(3)
    expect([range.stateOf(1), range.stateOf(3)]).to.deep.equal([undefined, 'working'])
  })

  it('are begun while others are still to be handed over', async () => {
    const range = scripted()
    range.trigger()
    range.handOverSome(1)
    range.handOver(1, 2)
    await range.end(SETTLED)
    expect([range.works(1), range.withdrawn(1), range.works(2)]).to.deep.equal([1, false, 1])
  })

  it('ask for another plan: soon while Proxmox works, later after each failure in a row', async () => {
    const range = await handedOver(1)
    await range.endWork(1, PROGRESSING)
    range.wait(999)
    expect(range.passes()).to.equal(1)
    range.wait(1)
    expect(range.passes()).to.equal(2)
    for (const [failures, delay] of [1000, 2000, 4000].entries()) {
      range.handOver(1)
      await range.end(SETTLED)
      await range.endWork(1, RETRY)
      expect(range.stateOf(1)).to.equal('backingOff')
      range.wait(delay - 1)
      expect(range.passes()).to.equal(2 + failures)
      range.wait(1)
      expect(range.passes()).to.equal(3 + failures)
    }
  })

  it('ask at the time that is known, and count no failure more for having waited for it', async () => {
    const range = await handedOver(1)
    await range.endWork(1, { ...RETRY, retryAt: 5000 })
    range.trigger()
    range.handOver(1)
    await range.end(SETTLED)
    await range.endWork(1, { ...RETRY, retryAt: 5000 })
    range.wait(4999)
    expect([range.stateOf(1), range.passes()]).to.deep.equal(['backingOff', 2])
    range.wait(1)
    expect(range.passes()).to.equal(3)
    await range.end(SETTLED)
    await range.endWork(1, { ...STALLED, retryAt: 9000 })
    expect(range.stateOf(1)).to.equal('resting')
  })

  it('get another pass when one asks during a pass', async () => {
    const range = await handedOver(1)
    range.trigger()
    range.change(1, 4)
    await range.endWork(1, PROGRESSING)
    await range.end(SETTLED)
    expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 3])
  })

  it('tell a pass under way that it is superseded, by a trigger and not by a VM', async () => {
    const range = await handedOver(1)
    range.trigger()
    expect(range.superseded()).to.equal(false)
    range.trigger()
    expect(range.superseded()).to.equal(true)
  })
})
