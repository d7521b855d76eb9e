import { expect } from 'chai'
import { retrying, waitAfter } from '../../../adapters/proxmox/retry.ts'
import { quickClock } from './quick-clock.ts'

const BACKOFF = { first: 100, longest: 1000, attempts: 4 }

describe('trying again', () => {
  it('waits between half and the whole of a step that doubles up to the longest', () => {
    const steps = [1, 2, 3, 4, 5, 20]
    expect(steps.map((attempt) => waitAfter(attempt, BACKOFF, () => 0))).to.deep.equal([50, 100, 200, 400, 500, 500])
    expect(steps.map((attempt) => waitAfter(attempt, BACKOFF, () => 1))).to.deep.equal([100, 200, 400, 800, 1000, 1000])
  })

  it('gives up with the last error, and counts each kind of trouble by itself', async () => {
    const other = { ...BACKOFF }
    const clock = quickClock()
    const context = { clock, random: () => 0, signal: new AbortController().signal }
    let tries = 0
    const work = async (): Promise<void> => {
      tries += 1
      throw new Error(tries % 2 === 0 ? 'even' : 'odd')
    }
    const failure: unknown = await retrying(
      work,
      (error) => (String(error).includes('even') ? other : BACKOFF),
      context,
    ).catch((error: unknown) => error)
    expect(String(failure)).to.include('odd')
    expect(tries).to.equal(7)
    expect(clock.slept).to.deep.equal([50, 50, 100, 100, 200, 200])
  })

  it('throws the reason of an abort, not the error that came of it', async () => {
    const stop = new AbortController()
    const reason = new Error('SIGTERM')
    const work = async (): Promise<void> => {
      stop.abort(reason)
      throw new Error('a broken connection')
    }
    const context = { clock: quickClock(), random: () => 0, signal: stop.signal }
    expect(await retrying(work, () => undefined, context).catch((error: unknown) => error)).to.equal(reason)
  })
})
