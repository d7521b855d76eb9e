import { expect } from 'chai'
import sinon from 'sinon'
import { Controller } from '../../controllers/controller.ts'
import { InFlight } from '../../controllers/pace/in-flight.ts'
import { RangeController } from '../../controllers/range/range-controller.ts'
import { RangeFolder } from '../../controllers/range/range-folder.ts'
import { StatusBoard } from '../../controllers/report/status-board.ts'
import { quiet, settled } from '../builders/quiet.ts'

const atOnce = (): Promise<void> => Promise.resolve()

describe('Controller', () => {
  it('ends when what it does in the background has ended, and not before', async () => {
    let givenBack: () => void = () => undefined
    const [ranges, board] = [sinon.createStubInstance(RangeController), sinon.createStubInstance(StatusBoard)]
    ranges.ids.returns([])
    ranges.standings.returns(new Map())
    board.all.returns([])
    const folder = sinon.createStubInstance(RangeFolder)
    folder.ids.resolves([])
    const duties = {
      rememberReady: atOnce,
      giveBackLeftover: () => new Promise<void>((resolve) => (givenBack = resolve)),
      tidied: atOnce,
      expectNoLaterTurn: () => undefined,
      onCluster: () => Promise.resolve([]),
      prune: () => Promise.resolve([]),
      setFreezeAlarm: () => undefined,
      removeStaleRoutes: atOnce,
      repaired: atOnce,
      wavesTold: atOnce,
      notified: atOnce,
    }
    const stop = new AbortController()
    const controller = new Controller(ranges, board, folder, duties, {
      readyBefore: () => Promise.resolve(new Map()),
      stop,
      inFlight: new InFlight(stop.signal),
      resyncMs: () => 1000,
      logger: quiet,
    })
    const onEnd = sinon.spy()
    void controller.converge(new AbortController().signal).then(onEnd)
    await settled()
    expect([stop.signal.aborted, onEnd.called]).to.deep.equal([true, false])
    givenBack()
    await settled()
    expect(onEnd.calledOnceWithExactly(true)).to.equal(true)
  })
})
