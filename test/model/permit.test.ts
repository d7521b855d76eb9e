import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { always, despiteRemoval, type Permit, Withdrawn } from '../../model/permit.ts'

describe('a permit that the removal of its range does not take back', () => {
  const withdraw = new Map<Permit, AbortController>()
  const permit = (): Permit => {
    const controller = new AbortController()
    const made = { ...always(new AbortController().signal), withdrawn: controller.signal }
    withdraw.set(made, controller)
    return made
  }

  it('is taken back by anything else, at once or before it is asked for', () => {
    const [now, before] = [permit(), permit()]
    const despite = despiteRemoval(now)
    withdraw.get(now)?.abort(new Withdrawn('its file changed'))
    withdraw.get(before)?.abort(new Withdrawn('its file changed'))
    expect([despite.withdrawn.aborted, despiteRemoval(before).withdrawn.aborted]).to.deep.equal([true, true])
  })

  it('is not taken back by the removal', () => {
    const given = permit()
    const despite = despiteRemoval(given)
    withdraw.get(given)?.abort(new Withdrawn('it is to go', 'removal'))
    expect([despite.withdrawn.aborted, despiteRemoval(given).withdrawn.aborted]).to.deep.equal([false, false])
  })

  it('listens once, however many steps of one work ask for it', () => {
    const given = permit()
    for (let step = 0; step < 20; step += 1) despiteRemoval(given)
    expect(getEventListeners(given.withdrawn, 'abort')).to.have.length(1)
  })
})
