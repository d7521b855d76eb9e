import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventFile } from '../../../adapters/state/event-file.ts'
import { EventLog } from '../../../controllers/report/event-log.ts'
import type { EventNews, EventStore } from '../../../model/event-store.ts'
import { quiet } from '../../builders/quiet.ts'

const news = (message: string, traits: Partial<EventNews> = {}): EventNews => ({
  type: 'Normal',
  reason: 'Running',
  message,
  object: { kind: 'Vm', name: 'JD-a' },
  range: 'JD',
  ...traits,
})

describe('the log of events', () => {
  let state: string
  let now = 0
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'lanista-'))
    now = 0
  })
  afterEach(() => rm(state, { recursive: true, force: true }))
  const open = async (store: EventStore = eventFile(state)): Promise<EventLog> => {
    const log = new EventLog(store, { now: () => now }, quiet)
    await log.load()
    return log
  }
  const told = (log: EventLog): readonly string[] =>
    log.all().map(({ id, message, count }) => `${id} ${message} ${count}`)
  const at = (milliseconds: number): string => new Date(milliseconds).toISOString()

  it('counts what happens again, with the first and the last time', async () => {
    const log = await open()
    log.record(news('a'))
    now = 1000
    log.record(news('b'))
    log.record(news('a'))
    expect(told(log)).to.deep.equal(['1 a 2', '2 b 1'])
    expect(log.all()[0]).to.include({ firstTime: at(0), lastTime: at(1000) })
  })

  it('tells the same as another one when it is long ago, or somebody else asked for it', async () => {
    const log = await open()
    log.record(news('a'))
    log.record(news('a', { by: 'ada' }))
    now = 3_600_001
    log.record(news('a'))
    expect(told(log)).to.deep.equal(['1 a 1', '2 a 1', '3 a 1'])
  })

  it('is there after a restart, counts included, and goes on counting', async () => {
    const log = await open()
    for (const message of ['a', 'b', 'a']) log.record(news(message))
    await log.written()
    const again = await open()
    expect(again.all()).to.deep.equal(log.all())
    again.record(news('b'))
    again.record(news('c'))
    expect(told(again)).to.deep.equal(['1 a 2', '2 b 2', '3 c 1'])
  })

  it('keeps what was recorded before an earlier life was taken up', async () => {
    const log = await open()
    log.record(news('a'))
    await log.written()
    const next = new EventLog(eventFile(state), { now: () => now }, quiet)
    next.record(news('b'))
    await next.load()
    expect(told(next)).to.deep.equal(['1 a 1', '2 b 1'])
    await next.written()
    expect(told(await open())).to.deep.equal(['1 a 1', '2 b 1'])
  })

  it('loses no more than the line that a crash has cut off', async () => {
    const log = await open()
    for (const message of ['a', 'b']) log.record(news(message))
    await log.written()
    const file = join(state, 'events.jsonl')
    await truncate(file, (await readFile(file)).length - 20)
    const again = await open()
    expect(told(again)).to.deep.equal(['1 a 1'])
    again.record(news('c'))
    await again.written()
    expect(told(await open())).to.deep.equal(['1 a 1', '2 c 1'])
  })

  it('is bounded: of each range and type the newest are kept, in memory and on disk', async () => {
    const log = await open()
    log.record(news('of another range', { range: 'KT' }))
    log.record(news('a warning', { type: 'Warning' }))
    for (let index = 0; index < 4500; index += 1) log.record(news(`${index}`))
    await log.written()
    expect(told(log).length).to.equal(42)
    expect(log.all().map(({ message }) => message)).to.include.members(['of another range', 'a warning', '4499'])
    expect((await readFile(join(state, 'events.jsonl'), 'utf8')).split('\n').length).to.be.lessThan(4200)
  })

  it('goes on in memory while it can not be written, and writes what is missing later', async () => {
    const store = eventFile(state)
    let isFull = true
    const log = await open({
      ...store,
      append: async (events) => {
        if (isFull) throw new Error('ENOSPC')
        await store.append(events)
      },
    })
    log.record(news('a'))
    await log.written()
    isFull = false
    log.record(news('b'))
    await log.written()
    expect(told(await open())).to.deep.equal(['1 a 1', '2 b 1'])
  })

  it('lets nothing that somebody wrote act on a terminal', async () => {
    const log = await open()
    log.record(news('red \u001B[31m'))
    expect(log.all()[0]?.message).not.to.include('\u001B')
  })

  it('takes no line for an event that is none', async () => {
    await writeFile(join(state, 'events.jsonl'), '{"id":1}\nnothing\n[]\n')
    expect(told(await open())).to.deep.equal([])
  })
})
