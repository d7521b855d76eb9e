import { expect } from 'chai'
import { Polling } from '../../../controllers/git/polling.ts'

/** A polling whose waits end when the test says so. */
function open(answers: readonly boolean[]) {
  const waits: number[] = []
  let now = 0
  const stop = new AbortController()
  let polls = 0
  let atOnce = 0
  let during = (): void => undefined
  const polling = new Polling({
    poll: async () => {
      expect(atOnce).to.equal(0)
      atOnce += 1
      polls += 1
      during()
      await Promise.resolve()
      atOnce -= 1
      const well = answers[polls - 1]
      if (well === undefined) stop.abort()
      return well ?? true
    },
    intervalMs: 60_000,
    clock: {
      sleep: (milliseconds, signal) => {
        waits.push(milliseconds)
        signal?.throwIfAborted()
        now += milliseconds
        return Promise.resolve()
      },
      steady: () => now,
    },
    random: () => 1,
  })
  return {
    polling,
    waits,
    polls: () => polls,
    during: (what: () => void) => (during = what),
    run: () => polling.run(stop.signal),
  }
}

describe('asking a repository again and again', () => {
  it('waits for the interval, after failures first less and then longer, and begins anew when all is well', async () => {
    const each = open([true, false, false, false, false, false, false, true, false])
    await each.run()
    expect(each.waits.slice(0, 9)).to.deep.equal([60_000, 5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 5000])
  })

  it('asks once more for a hint that comes while it asks, and never twice at once', async () => {
    const each = open([true, true])
    let hints = 0
    each.during(() => {
      hints += 1
      if (hints === 1) each.polling.hint()
    })
    await each.run()
    expect(each.polls()).to.equal(3)
    expect(each.waits).to.deep.equal([60_000])
  })

  it('asks no more often for a flood of hints than is sensible, and forgets none', async () => {
    const each = open(Array.from({ length: 20 }, () => true))
    each.during(() => each.polling.hint())
    await each.run()
    expect(each.polls()).to.equal(21)
    expect(each.waits).to.deep.equal(Array.from({ length: 15 }, () => 2000))
  })

  it('asks at once for a hint while it waits after failures', async () => {
    const stop = new AbortController()
    const polls: number[] = []
    const polling: Polling = new Polling({
      poll: () => {
        polls.push(1)
        if (polls.length === 2) stop.abort()
        return Promise.resolve(false)
      },
      intervalMs: 60_000,
      clock: {
        sleep: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('woken')))
            polling.hint()
          }),
        steady: () => 0,
      },
      random: () => 1,
    })
    await polling.run(stop.signal)
    expect(polls).to.have.length(2)
  })
})
