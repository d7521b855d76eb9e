import { expect } from 'chai'
import { unlessAborted } from '../../../controllers/pace/aborted.ts'

describe('unlessAborted', () => {
  it('hands on what the work ends with, well or badly', async () => {
    const { signal } = new AbortController()
    expect(await unlessAborted(Promise.resolve(7), signal)).to.equal(7)
    const trouble = new Error('no')
    expect(await unlessAborted(Promise.reject(trouble), signal).catch((error: unknown) => error)).to.equal(trouble)
  })

  it('waits no longer for work that never ends once the signal aborts, or has aborted before', async () => {
    const stop = new AbortController()
    const waiting = unlessAborted(new Promise(() => undefined), stop.signal).catch((error: unknown) => error)
    const reason = new Error('SIGTERM')
    stop.abort(reason)
    expect(await waiting).to.equal(reason)
    expect(await unlessAborted(new Promise(() => undefined), stop.signal).catch((error: unknown) => error)).to.equal(
      reason,
    )
  })
})
