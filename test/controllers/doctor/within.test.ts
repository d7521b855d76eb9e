import { expect } from 'chai'
import { within } from '../../../controllers/doctor/within.ts'
import { startVirtualTime } from '../../builders/virtual-time.ts'

const HANGS = (): Promise<never> => new Promise(() => undefined)

describe('a look that has its time', () => {
  it('is let go of when it hangs, and told to end', async () => {
    const backToRealTime = startVirtualTime()
    try {
      let told: AbortSignal | undefined
      const look = within(3000, new AbortController().signal, (signal) => {
        told = signal
        return HANGS()
      })
      expect(await look).to.deep.equal({ kind: 'untold', why: 'no answer within 3 s', error: 'other' })
      expect(told?.aborted).to.equal(true)
    } finally {
      backToRealTime()
    }
  })

  it('is not waited for once the command is to end, also one that begins after that', async () => {
    const stop = new AbortController()
    const before = within(600_000, stop.signal, HANGS)
    stop.abort()
    const said = [await before, await within(600_000, stop.signal, HANGS)]
    expect(said.map((each) => (each.kind === 'untold' ? each.why : each))).to.deep.equal([
      'it was stopped',
      'it was stopped',
    ])
  })

  it('never throws, not even at once', async () => {
    const said = await within(1000, new AbortController().signal, () => {
      throw new Error('no such thing')
    })
    expect(said).to.deep.equal({ kind: 'untold', why: 'no such thing', error: 'other' })
  })
})
