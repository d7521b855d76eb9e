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

describe("the machine's own clock, and times that no timer reaches", () => {
  it('sleeps a month as it sleeps a second, rather than wake each millisecond', async () => {
    const warned: string[] = []
    const hear = (warning: Error): unknown => warned.push(warning.name)
    process.on('warning', hear)
    const stop = new AbortController()
    const slept = systemClock.sleep(31 * 86_400_000, stop.signal).catch(() => 'stopped')
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    stop.abort(new Error('enough'))
    expect(await slept).to.equal('stopped')
    process.off('warning', hear)
    expect(warned).to.deep.equal([])
  })
})
