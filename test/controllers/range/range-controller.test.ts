import { expect } from 'chai'
import { systemClock } from '../../../adapters/system-clock.ts'
import { RangeController } from '../../../controllers/range/range-controller.ts'
import type { Outcome } from '../../../model/outcome.ts'
import { settled } from '../../builders/quiet.ts'

const never = new AbortController().signal

function controllerOf(outcomes: Readonly<Record<string, Outcome>>) {
  const passes: string[] = []
  const controller = new RangeController(
    {
      pass: async (rangeId) => {
        passes.push(rangeId)
        return outcomes[rangeId] ?? { kind: 'settled' }
      },
    },
    { work: async () => ({ kind: 'settled' }) },
    () => undefined,
    () => 1,
    systemClock,
  )
  return { controller, passes }
}
const standingOf = (controller: RangeController, id: string) => controller.standings().get(id)

describe('RangeController', () => {
  it('keeps each range to itself, and tells where each stands', async () => {
    const stalled: Outcome = { kind: 'stalled', error: 'no right' }
    const retry: Outcome = { kind: 'retry', error: 'no answer' }
    const { controller } = controllerOf({ KL: stalled, MN: retry })
    for (const id of ['JD', 'KL', 'MN']) controller.trigger(id)
    expect(standingOf(controller, 'JD')?.standing).to.equal('reconciling')
    await settled()
    expect(controller.ids()).to.deep.equal(['JD', 'KL', 'MN'])
    expect(standingOf(controller, 'JD')).to.deep.include({ standing: 'waiting', failures: 0 })
    expect(standingOf(controller, 'KL')).to.deep.include({ standing: 'stalled', lastOutcome: stalled })
    expect(standingOf(controller, 'MN')).to.deep.include({ standing: 'backingOff', lastOutcome: retry, failures: 1 })
    controller.stop()
  })

  it('tells of each trigger before the range is looked at, and of no resync', async () => {
    const told: string[] = []
    const pass = async (rangeId: string): Promise<Outcome> => {
      told.push(`pass ${rangeId}`)
      return { kind: 'settled' }
    }
    const controller = new RangeController(
      { pass },
      { work: async () => ({ kind: 'settled' }) },
      (rangeId) => told.push(`trigger ${rangeId}`),
      () => 1,
      systemClock,
    )
    controller.trigger('JD')
    controller.resync('KL')
    await settled()
    expect(told).to.deep.equal(['trigger JD', 'pass JD', 'pass KL'])
    controller.stop()
  })

  it('tells when the ranges have come to rest, at once if they have already', async () => {
    const { controller } = controllerOf({})
    const atRest = () => [...controller.standings().values()].every(({ standing }) => standing === 'waiting')
    controller.resync('JD')
    let rested = false
    const waiting = controller.until(atRest, never).then(() => (rested = true))
    expect(rested).to.equal(false)
    await waiting
    expect(atRest()).to.equal(true)
    await controller.until(atRest, never)
    controller.stop()
  })

  it('tells that a range rests when nothing is left to be done for it, and not when it waits for another try', async () => {
    const rested: string[] = []
    const outcomes: Readonly<Record<string, Outcome>> = {
      KL: { kind: 'stalled', error: 'no right' },
      MN: { kind: 'retry', error: 'no answer' },
      OP: { kind: 'progressing' },
    }
    const controller = new RangeController(
      { pass: (rangeId) => Promise.resolve(outcomes[rangeId] ?? { kind: 'settled' }) },
      { work: () => Promise.resolve({ kind: 'settled' }) },
      () => undefined,
      () => 1,
      systemClock,
      { isKept: () => true, onDropped: () => undefined, onRest: (rangeId) => void rested.push(rangeId) },
    )
    for (const id of ['JD', 'KL', 'MN', 'OP']) controller.trigger(id)
    await settled()
    expect([...new Set(rested)]).to.deep.equal(['JD'])
    controller.stop()
  })

  it('stops waiting when it is told to, before or meanwhile', async () => {
    const { controller } = controllerOf({})
    const stop = new AbortController()
    const waiting = controller.until(() => false, stop.signal).catch((error: unknown) => error)
    stop.abort(new Error('enough'))
    for (const ended of [
      await waiting,
      await controller.until(() => true, stop.signal).catch((error: unknown) => error),
    ])
      expect(ended).to.be.instanceOf(Error).with.property('cause', stop.signal.reason)
  })

  it('begins no pass any more once it is stopped', async () => {
    const { controller, passes } = controllerOf({})
    controller.trigger('JD')
    await settled()
    controller.stop()
    controller.trigger('JD')
    controller.resync('KL')
    await settled()
    expect(passes).to.deep.equal(['JD'])
    expect(controller.ids()).to.deep.equal([])
  })
})
