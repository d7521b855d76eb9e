import { expect } from 'chai'
import { createSilent } from '../../../adapters/proxmox/silent.ts'
import { virtualClock } from '../../../adapters/simulator/clock.ts'

const WHAT = 'GET /nodes/pve1/network'
const { signal } = new AbortController()

describe('a read that got no answer in time', () => {
  const clock = virtualClock()
  const silent = createSilent(clock)
  const never = (): Promise<string> => new Promise(() => undefined)
  const tooLate = (): Promise<string> => clock.sleep(5000).then(() => Promise.reject(new Error('too late')))
  const after = (milliseconds: number) => (): Promise<string> => clock.sleep(milliseconds).then(() => 'answer')
  /** What came of it, and after how long. */
  const wait = async (ask: () => Promise<string>, isTooLong: boolean): Promise<string> => {
    const began = clock.now()
    const told = silent.wait(WHAT, ask, () => isTooLong, signal).catch((error: unknown) => String(error))
    const came = await clock.runUntil(told)
    return `${came} after ${clock.now() - began} ms`
  }

  it('is waited for as long as it takes the first time, and then for a moment, until an answer comes', async () => {
    expect(await wait(tooLate, true)).to.equal('Error: too late after 5000 ms')
    expect(await wait(never, true)).to.match(/no answer for a while; it is asked again after 250 ms$/)
    expect(await wait(after(200), false)).to.equal('answer after 200 ms')
    expect(await wait(after(3000), false)).to.equal('answer after 3000 ms')
  })

  it('is not forgotten because nobody waits for it any longer, but because it is answered, if only with an error', async () => {
    await wait(tooLate, true)
    const stop = new AbortController()
    const given = silent.wait(
      WHAT,
      () => clock.sleep(9000, stop.signal).then(() => ''),
      () => false,
      stop.signal,
    )
    stop.abort(new Error('enough'))
    await given.catch(() => undefined)
    expect(await wait(never, true)).to.match(/after 250 ms$/)
    expect(await wait(() => Promise.reject(new Error('no such guest')), false)).to.match(/no such guest after 0 ms$/)
    expect(await wait(after(3000), false)).to.equal('answer after 3000 ms')
  })

  it('is waited for as before when it was refused in time', async () => {
    expect(await wait(after(10), false)).to.equal('answer after 10 ms')
    expect(await wait(() => Promise.reject(new Error('refused')), false)).to.equal('Error: refused after 0 ms')
    expect(await wait(after(3000), false)).to.equal('answer after 3000 ms')
  })

  it('is waited for again once a late answer has come', async () => {
    await wait(tooLate, true)
    expect(await wait(after(1000), false)).to.match(/after 250 ms$/)
    await clock.advance(1000)
    expect(await wait(after(3000), false)).to.equal('answer after 3000 ms')
  })
})
