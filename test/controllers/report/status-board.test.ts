import { expect } from 'chai'
import { StatusBoard } from '../../../controllers/report/status-board.ts'
import type { Condition } from '../../../model/condition.ts'
import type { RangeNews, RangeStatus } from '../../../model/range-status.ts'
import { quiet, settled } from '../../builders/quiet.ts'

const ready = (status: Condition['status'], message = ''): readonly Condition[] => [
  { type: 'Ready', status, reason: 'Ready', message },
]
const news = (id: string, traits: Partial<RangeNews> = {}) => ({
  id,
  source: `${id}.yml`,
  number: 1,
  conditions: ready('True'),
  diagnostics: [],
  vms: [],
  networks: [],
  ...traits,
})

function boardOf() {
  const written: RangeStatus[] = []
  const removed: string[] = []
  const errors: string[] = []
  let now = 0
  let trouble: Error | undefined
  let writing = 0
  let mostAtOnce = 0
  const store = {
    write: async (status: RangeStatus) => {
      writing += 1
      mostAtOnce = Math.max(mostAtOnce, writing)
      await settled()
      writing -= 1
      if (trouble !== undefined) throw trouble
      written.push(status)
    },
    remove: async (id: string) => {
      await settled()
      if (trouble !== undefined) throw trouble
      removed.push(id)
    },
  }
  const clock = { now: () => now, steady: () => now, sleep: () => new Promise<void>(() => undefined) }
  const board = new StatusBoard(store, clock, { ...quiet, error: (message) => void errors.push(message) })
  return {
    board,
    /** Reports, and waits until that is written. */
    set: async (status: ReturnType<typeof news>) => {
      board.set(status)
      await board.written()
    },
    forget: async (id: string) => {
      board.forget(id)
      await board.written()
    },
    written,
    removed,
    errors,
    later: () => (now += 1000),
    mostAtOnce: () => mostAtOnce,
    break: (error: Error | undefined) => {
      trouble = error
    },
  }
}

describe('StatusBoard', () => {
  it('writes a status, keeps it, and tells whoever listens until they stop', async () => {
    const { board, written, set } = boardOf()
    const heard: string[] = []
    const stop = board.onChange(({ id }) => heard.push(id))
    await set(news('KL'))
    await set(news('JD'))
    stop()
    await set(news('MN'))
    expect(heard).to.deep.equal(['KL', 'JD'])
    expect(written.map(({ id }) => id)).to.deep.equal(['KL', 'JD', 'MN'])
    expect(board.all().map(({ id }) => id)).to.deep.equal(['JD', 'KL', 'MN'])
    expect(board.get('JD')?.number).to.equal(1)
    expect(board.get('XX')).to.equal(undefined)
  })

  it('writes and tells nothing when nothing changed, in whatever order the fields come', async () => {
    const { written, set } = boardOf()
    await set(news('JD'))
    const { vms, ...rest } = news('JD')
    await set({ vms, ...rest })
    expect(written).to.have.length(1)
  })

  it('dates a status by its conditions, not by its VMs', async () => {
    const { board, later, set } = boardOf()
    const changedAt = () => board.get('JD')?.changedAt
    await set(news('JD'))
    later()
    await set(news('JD', { number: 2 }))
    expect(changedAt()).to.equal('1970-01-01T00:00:00.000Z')
    await set(news('JD', { conditions: ready('False') }))
    expect(changedAt()).to.equal('1970-01-01T00:00:01.000Z')
  })

  it('writes one status after the other, so that no older one overwrites a newer', async () => {
    const { written, mostAtOnce, set } = boardOf()
    await Promise.all([1, 2, 3].map((number) => set(news('JD', { number }))))
    expect(written.at(-1)?.number).to.equal(3)
    expect(mostAtOnce()).to.equal(1)
  })

  it('goes on when a status can not be written, and says so', async () => {
    const { written, errors, set, ...store } = boardOf()
    store.break(new Error('disk full'))
    await set(news('JD'))
    expect(errors).to.deep.equal(['status could not be written'])
    store.break(undefined)
    await set(news('KL'))
    expect(written.map(({ id }) => id)).to.deep.equal(['KL'])
  })

  it('tells whoever listens of a range that is forgotten', async () => {
    const { board, set, forget } = boardOf()
    const heard: string[] = []
    board.onForget((id) => void heard.push(id))
    await set(news('JD'))
    await forget('JD')
    expect(heard).to.deep.equal(['JD'])
  })

  it('begins anew with what is under way in a range that was forgotten', async () => {
    const { board, set, forget, later } = boardOf()
    const working = news('JD', {
      conditions: [{ type: 'Ready', status: 'False', reason: 'Progressing', message: 'on' }],
    })
    await set(working)
    for (let second = 0; second < 1200; second += 1) later()
    await forget('JD')
    await set(working)
    expect(board.get('JD')?.conditions.map(({ reason }) => reason)).to.deep.equal(['Progressing'])
  })

  it('forgets a range after what was reported of it before, and not what is reported after', async () => {
    const { board, written, removed, errors, set, forget, ...store } = boardOf()
    board.set(news('JD'))
    await forget('JD')
    expect([written.length, removed, board.all()]).to.deep.equal([0, ['JD'], []])
    await set(news('JD'))
    expect(written.map(({ id }) => id)).to.deep.equal(['JD'])
    const forgotten = forget('JD')
    await set(news('JD', { number: 2 }))
    await forgotten
    expect([written.length, removed]).to.deep.equal([2, ['JD']])
    store.break(new Error('disk full'))
    await forget('JD')
    expect(errors).to.deep.equal(['status could not be removed'])
  })

  it('is all ready when there are ranges and each is', async () => {
    const { board, set } = boardOf()
    expect(board.allReady()).to.equal(false)
    await set(news('JD'))
    expect(board.allReady()).to.equal(true)
    await set(news('KL', { conditions: ready('Unknown') }))
    expect(board.allReady()).to.equal(false)
  })

  it('tells once that statuses can not be written, whoever they are of, and when they can be again', async () => {
    const told: string[] = []
    const log = (message: string): void => void told.push(message)
    let trouble: Error | undefined = new Error('full')
    const store = {
      write: async () => {
        if (trouble !== undefined) throw trouble
      },
      remove: async () => {},
    }
    const clock = { now: () => 0, steady: () => 0, sleep: settled }
    const writes: boolean[] = []
    const board = new StatusBoard(store, clock, { ...quiet, info: log, error: log }, (ok) => void writes.push(ok))
    const tell = async (...ids: readonly string[]): Promise<void> => {
      for (const id of ids) board.set(news(id))
      await settled()
    }
    await tell('JD', 'KL')
    trouble = undefined
    await tell('MN')
    expect(told).to.deep.equal(['status could not be written', 'statuses are written again'])
    expect(writes).to.deep.equal([false, false, true])
    // Those that could not be written are not left as they were.
    board.retry()
    await settled()
    board.retry()
    await settled()
    expect(writes).to.deep.equal([false, false, true, true, true])
  })

  it('holds nobody up when a status can not be written at all, and waits for it no longer than a while at the end', async () => {
    const written: string[] = []
    const errors: string[] = []
    const never = new Promise<void>(() => undefined)
    const store = {
      write: (status: RangeStatus) => (status.id === 'JD' ? never : Promise.resolve(void written.push(status.id))),
      remove: async () => {},
    }
    const slept: number[] = []
    const clock = {
      now: () => 0,
      steady: () => 0,
      sleep: async (milliseconds: number) => {
        slept.push(milliseconds)
        await settled()
      },
    }
    const board = new StatusBoard(store, clock, { ...quiet, error: (message) => void errors.push(message) })
    for (const id of ['JD', 'KL']) board.set(news(id))
    await board.written()
    expect([written, slept]).to.deep.equal([['KL'], [5000]])
    expect(errors).to.deep.equal(['statuses could not be written in time'])
  })
})
