import { expect } from 'chai'
import { createActor, SimulatedClock } from 'xstate'
import { backoffOf, rangeMachine } from '../../../controllers/range/range-machine.ts'
import type { Outcome } from '../../../model/outcome.ts'
import { settled } from '../../builders/quiet.ts'

const SETTLED: Outcome = { kind: 'settled' }
const PROGRESSING: Outcome = { kind: 'progressing' }
const RETRY: Outcome = { kind: 'retry', error: 'no answer' }
const STALLED: Outcome = { kind: 'stalled', error: 'no right' }

/** A range whose passes end when told to. */
function scripted() {
  const clock = new SimulatedClock()
  const open: { readonly end: (outcome: Outcome) => void; readonly fail: (error: unknown) => void }[] = []
  let passes = 0
  const reconcile = () =>
    new Promise<Outcome>((end, fail) => {
      passes += 1
      open.push({ end, fail })
    })
  const actor = createActor(rangeMachine, {
    clock,
    input: { rangeId: 'JD', reconcile, random: () => 1, now: () => clock.now() },
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
    for (const dueAt of [2000, 130_000]) {
      await range.end({ ...RETRY, dueAt })
      range.wait(dueAt - 1 - range.now())
      expect(range.state()).to.equal('backingOff')
      range.wait(1)
      expect(range.state()).to.equal('reconciling')
    }
  })

  it('looks sooner when something else failed as well', async () => {
    const range = scripted()
    range.trigger()
    await range.end({ ...RETRY, dueAt: 130_000, orSooner: true })
    range.wait(1000)
    expect(range.passes()).to.equal(2)
    await range.end({ ...RETRY, dueAt: 1500, orSooner: true })
    range.wait(500)
    expect(range.passes()).to.equal(3)
  })

  it('looks at once when that time has come during the pass', async () => {
    const range = scripted()
    range.trigger()
    range.wait(5000)
    await range.end({ ...RETRY, dueAt: 2000 })
    range.wait(0)
    expect(range.passes()).to.equal(2)
  })

  it('is woken by a resync while one of its VMs waits', async () => {
    const range = scripted()
    range.trigger()
    await range.end({ ...RETRY, dueAt: 130_000 })
    range.wait(600)
    range.resync()
    expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 2])
  })

  it('wakes by itself from being stalled when it is known when', async () => {
    const range = scripted()
    range.trigger()
    await range.end({ ...STALLED, dueAt: 60_000 })
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
    expect(range.context().failures).to.equal(1)
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
    expect(range.context().lastOutcome).to.deep.equal({ kind: 'retry', error: 'bug' })
    range.wait(1000)
    range.trigger()
    await range.fail('bug')
    expect([range.state(), range.passes()]).to.deep.equal(['reconciling', 3])
  })
})
