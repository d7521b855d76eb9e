import { expect } from 'chai'
import { VmBackoff, type VmFailure } from '../../../controllers/machine/vm-backoff.ts'

const NO_LUCK: VmFailure = { kind: 'retry', phase: 'starting', error: 'vm JD-a: no luck' }
const NO_RIGHT: VmFailure = { kind: 'stalled', phase: 'cloning', error: 'vm JD-a: no right' }

function backoffWith(random: number) {
  const time = { now: 0 }
  const backoff = new VmBackoff({ now: () => time.now }, () => random)
  return {
    backoff,
    time,
    waits: (vm = 'JD-a', cause = 'file', rangeId = 'JD') => backoff.waits(rangeId, vm, cause),
    /** Fails so many times in a row, each as soon as it may be tried; says how long was waited after each. */
    fail: (failure: VmFailure, times = 1, vm = 'JD-a', cause = 'file'): readonly number[] =>
      Array.from({ length: times }, () => {
        const { retryAt = 0 } = backoff.failed('JD', vm, cause, failure).outcome
        const waited = retryAt - time.now
        time.now = retryAt - 1
        expect(backoff.waits('JD', vm, cause)?.outcome.retryAt).to.equal(retryAt)
        time.now = retryAt
        expect(backoff.waits('JD', vm, cause)).to.equal(undefined)
        return waited
      }),
  }
}

describe('VmBackoff', () => {
  it('lets a VM be tried that has not failed', () => {
    expect(backoffWith(1).waits()).to.equal(undefined)
  })

  it('waits longer after each failure in a row, up to five minutes, and varies by half', () => {
    expect(backoffWith(1).fail(NO_LUCK, 10)).to.deep.equal([
      2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ])
    expect(backoffWith(0).fail(NO_LUCK, 2)).to.deep.equal([1000, 2000])
  })

  it('tries what only a change helps against at a slow pace', () => {
    expect(backoffWith(1).fail(NO_RIGHT, 5)).to.deep.equal([60_000, 120_000, 240_000, 300_000, 300_000])
  })

  it('tells what failed, how often, and when it is tried again', () => {
    const { backoff, fail, waits } = backoffWith(1)
    expect(backoff.failed('JD', 'JD-a', 'file', NO_LUCK)).to.deep.equal({
      phase: 'starting',
      trouble: 'vm JD-a: no luck; tried again at 1970-01-01T00:00:02Z',
      outcome: { kind: 'retry', error: 'vm JD-a: no luck; tried again at 1970-01-01T00:00:02Z', retryAt: 2000 },
    })
    fail(NO_LUCK)
    expect(backoff.failed('JD', 'JD-a', 'file', NO_LUCK).trouble).to.equal(
      'vm JD-a: no luck; 3 times in a row; tried again at 1970-01-01T00:00:12Z',
    )
    expect(waits()?.trouble).to.match(/3 times in a row/)
    const { phase, trouble } = backoff.failed('JD', 'JD-a', 'file', NO_RIGHT)
    expect([phase, trouble]).to.deep.equal([
      'blocked',
      'vm JD-a: no right; tried again at 1970-01-01T00:01:04Z, or at once when the range file changes',
    ])
  })

  it('ends the wait when the cause has changed, and begins anew if it fails again', () => {
    const { backoff, fail, waits, time } = backoffWith(1)
    fail(NO_LUCK, 4)
    backoff.failed('JD', 'JD-a', 'file', NO_LUCK)
    expect(waits('JD-a', 'another file')).to.equal(undefined)
    expect(backoff.failed('JD', 'JD-a', 'another file', NO_LUCK).outcome.retryAt).to.equal(time.now + 2000)
  })

  it('keeps VMs and ranges apart', () => {
    const { backoff, waits } = backoffWith(1)
    backoff.failed('JD', 'JD-a', 'file', NO_LUCK)
    expect([waits('JD-b'), waits('JD-a', 'file', 'KT')]).to.deep.equal([undefined, undefined])
    backoff.failed('KT', 'KT-a', 'file', NO_LUCK)
    backoff.restart('JD')
    expect([waits(), waits('KT-a', 'file', 'KT')?.phase]).to.deep.equal([undefined, 'starting'])
  })

  it('begins anew once nothing is wrong any more', () => {
    const { backoff, fail } = backoffWith(1)
    fail(NO_LUCK, 4)
    backoff.forget('JD', 'JD-a')
    expect(fail(NO_LUCK)).to.deep.equal([2000])
  })
})
