import { expect } from 'chai'
import { VirtualTimeScheduler } from 'rxjs'
import { type Trigger, triggers } from '../../../controllers/pace/triggers.ts'

/** Runs the triggers in virtual time: file events at their times, until `end`; gives what came out and when. */
function play(events: readonly (readonly [number, string])[], end: number, resyncMs = 1_000_000) {
  const scheduler = new VirtualTimeScheduler()
  const out: (readonly [number, string])[] = []
  let stopped = 0
  const stream = triggers(
    (tell) => {
      for (const [at, id] of events) scheduler.schedule(() => tell(id), at)
      return () => (stopped += 1)
    },
    () => resyncMs,
    scheduler,
  )
  const inWords = (trigger: Trigger) => (trigger.kind === 'all' ? 'all' : [...trigger.ids].join(' '))
  const subscription = stream.subscribe((trigger) => out.push([scheduler.now(), inWords(trigger)]))
  scheduler.schedule(() => subscription.unsubscribe(), end)
  scheduler.flush()
  return { out, stopped }
}

describe('triggers', () => {
  it('looks at everything at once, and again with each resync', () => {
    const times = [0, 30, 60].map((at): [number, string] => [at, 'all'])
    expect(play([], 89, 30).out).to.deep.equal(times)
  })

  it('looks at everything when told so, and counts the new period from there', () => {
    const scheduler = new VirtualTimeScheduler()
    const out: number[] = []
    let period = 50
    const stream = triggers(
      (_tell, tellAll) => {
        scheduler.schedule(() => {
          period = 20
          tellAll()
        }, 60)
        return () => undefined
      },
      () => period,
      scheduler,
    )
    const subscription = stream.subscribe(() => out.push(scheduler.now()))
    scheduler.schedule(() => subscription.unsubscribe(), 105)
    scheduler.flush()
    expect(out).to.deep.equal([0, 50, 60, 80, 100])
  })

  it('takes a burst of one range for one trigger', () => {
    const burst = [10, 11, 15, 60].map((at): [number, string] => [at, 'JD'])
    expect(play(burst, 1000).out.slice(1)).to.deep.equal([[110, 'JD']])
  })

  it('takes a copied folder for one trigger of all its ranges', () => {
    const copied = ['JD', 'KL', 'MN', 'JD'].map((id, index): [number, string] => [10 + index, id])
    expect(play(copied, 1000).out.slice(1)).to.deep.equal([[110, 'JD KL MN']])
  })

  it('is not starved by an editor that saves without end', () => {
    const saves = Array.from({ length: 100 }, (_, index): [number, string] => [10 + index * 10, 'JD'])
    const heard = play(saves, 1000).out.slice(1)
    expect(heard.length).to.be.within(8, 10)
    expect(heard[0]).to.deep.equal([110, 'JD'])
  })

  it('names only the ranges that changed since the last trigger', () => {
    const heard = play(
      [
        [10, 'JD'],
        [200, 'KL'],
      ],
      1000,
    ).out.slice(1)
    expect(heard).to.deep.equal([
      [110, 'JD'],
      [300, 'KL'],
    ])
  })

  it('stops watching, and tells nothing more, when nobody listens any longer', () => {
    const { out, stopped } = play(
      [
        [10, 'JD'],
        [200, 'KL'],
      ],
      250,
    )
    expect(out.map(([, what]) => what)).to.deep.equal(['all', 'JD'])
    expect(stopped).to.equal(1)
  })
})
