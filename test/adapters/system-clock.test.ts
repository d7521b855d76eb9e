import { expect } from 'chai'
import { systemClock } from '../../adapters/system-clock.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'

describe("the machine's own clock", () => {
  let backToRealTime: () => void
  beforeEach(() => {
    backToRealTime = startVirtualTime()
  })
  afterEach(() => backToRealTime())

  it('never wakes a sleeper before its time, also by a part of a millisecond', async () => {
    for (const milliseconds of [0.4, 1, 1499.6, 26_963.25]) {
      const from = systemClock.steady()
      await systemClock.sleep(milliseconds)
      expect(systemClock.steady() - from, String(milliseconds)).to.be.at.least(milliseconds)
    }
  })

  it('wakes a sleeper at once, with the reason, when the signal aborts', async () => {
    const stop = new AbortController()
    const slept = systemClock.sleep(60_000, stop.signal).catch((error: unknown) => error)
    const reason = new Error('enough')
    stop.abort(reason)
    expect(await slept).to.equal(reason)
  })
})
