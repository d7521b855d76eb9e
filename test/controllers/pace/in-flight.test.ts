import { expect } from 'chai'
import sinon from 'sinon'
import { InFlight } from '../../../controllers/pace/in-flight.ts'
import { settled } from '../../builders/quiet.ts'

/** Work that ends when told to. */
function work() {
  let [end, fail] = [() => undefined as void, () => undefined as void]
  const promise = new Promise<void>((resolve, reject) => {
    end = () => resolve()
    fail = () => reject(new Error('it broke'))
  })
  return { promise, end, fail }
}

describe('InFlight', () => {
  it('has settled when nothing was begun', async () => {
    await new InFlight(new AbortController().signal).settled()
  })

  it('settles when all has ended, what was begun meanwhile and what failed included', async () => {
    const inFlight = new InFlight(new AbortController().signal)
    const [first, second, later] = [work(), work(), work()]
    void inFlight.track(first.promise)
    const failing = inFlight.track(second.promise).catch(String)
    const onSettled = sinon.spy()
    void inFlight.settled().then(onSettled)
    first.end()
    await settled()
    expect(onSettled.called).to.equal(false)
    void inFlight.track(later.promise)
    second.fail()
    expect(await failing, 'handed on as it is').to.equal('Error: it broke')
    await settled()
    expect(onSettled.called).to.equal(false)
    later.end()
    await settled()
    expect(onSettled.called).to.equal(true)
  })
})
