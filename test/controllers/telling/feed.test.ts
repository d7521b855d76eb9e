import { expect } from 'chai'
import { Feed } from '../../../controllers/telling/feed.ts'
import { ViewSource } from '../../../controllers/telling/view-source.ts'
import type { FeedChange } from '../../../model/api/feed-change.ts'
import type { EventView } from '../../../model/api/event-view.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { cluster } from '../../builders/cluster.ts'
import { rangeStatus, vmStatus } from '../../builders/status.ts'

const wordOf = (change: FeedChange): string => {
  if (change.type === 'gone') return `gone ${change.kind}/${change.name}`
  if (change.type !== 'is') return change.type
  const { view } = change
  return `${view.kind}/${'name' in view ? view.name : 'id' in view ? view.id : view.instance}`
}

describe('the feed', () => {
  let statuses: RangeStatus[]
  let events: EventView[]
  let views: ViewSource
  let feed: Feed
  const never = new AbortController().signal
  const opened = (instance: string): void => {
    views = new ViewSource({
      statuses: () => statuses,
      statusOf: (rangeId) => statuses.find(({ id }) => id === rangeId),
      workOf: () => undefined,
      planOf: () => undefined,
      reservations: () => [],
      mode: () => 'vnets',
      natBridge: () => 'vmbr1000',
      events: { all: () => events },
      notReady: () => undefined,
      site: () => ({ hosts: [], unwritten: undefined }),
      git: undefined,
      clock: { now: () => 0 },
      version: 'test',
      instance,
    })
    feed = new Feed(views, { sleep: () => Promise.resolve() })
  }
  beforeEach(() => {
    statuses = [rangeStatus('JD', [vmStatus('JD-a')])]
    events = []
    opened('a')
  })
  const read = async (
    lastId: string | undefined,
  ): Promise<{ readonly words: readonly string[]; readonly lastId: string }> => {
    const reader = feed.open(lastId)
    const words: string[] = []
    for (;;) {
      const messages = await reader.next(never)
      words.push(...messages.map(({ change }) => wordOf(change)))
      const last = messages.at(-1)
      if (words.includes('synced') && last !== undefined) return { words, lastId: last.id }
    }
  }

  it('tells everything there is, and then that this was all', async () => {
    views.seen(cluster({}))
    const { words } = await read(undefined)
    expect(words.at(0)).to.equal('Controller/a')
    expect(words).to.include.members(['Node/pve1', 'Range/JD'])
    expect(words.at(-1)).to.equal('synced')
  })

  it('tells who resumes what has changed since, what is gone, and nothing else', async () => {
    statuses = [rangeStatus('JD', []), rangeStatus('KT', []), rangeStatus('LM', [])]
    const { lastId } = await read(undefined)
    statuses = [rangeStatus('JD', []), rangeStatus('KT', [], { reason: 'VmTrouble', message: 'vm a' })]
    for (const id of ['JD', 'KT', 'LM']) feed.rangeChanged(id)
    expect((await read(lastId)).words).to.deep.equal(['Range/KT', 'gone Range/LM', 'synced'])
  })

  it('tells all of it to who has heard of another life, or of a time that it does not remember', async () => {
    const { lastId } = await read(undefined)
    opened('b')
    expect((await read(lastId)).words.slice(0, 2)).to.deep.equal(['reset', 'Controller/b'])
    expect((await read('nonsense')).words[0]).to.equal('reset')
    expect((await read('b-999999')).words[0]).to.equal('reset')
  })

  it('forgets what is long gone, and says so to who has not heard of it', async () => {
    const { lastId } = await read(undefined)
    for (let round = 0; round < 30; round += 1) {
      events = Array.from({ length: 100 }, (_, index) => eventOf(round * 100 + index))
      feed.changed('events')
      await read(undefined)
    }
    expect((await read(lastId)).words[0]).to.equal('reset')
  })

  it('tells a slow reader of what changed ten times once, as it is then', async () => {
    const reader = feed.open(undefined)
    await reader.next(never)
    for (let turn = 0; turn < 10; turn += 1) {
      statuses = [rangeStatus('JD', [], { reason: 'VmTrouble', message: `turn ${turn}` })]
      feed.rangeChanged('JD')
    }
    const messages = await reader.next(never)
    expect(
      messages.map(({ change }) => (change.type === 'is' && change.view.kind === 'Range' ? change.view.message : '')),
    ).to.deep.equal(['turn 9'])
  })

  it('begins anew for a reader so slow that what it shows is gone and forgotten, and only then', async () => {
    events = [eventOf(0)]
    const slow = feed.open(undefined)
    await slow.next(never)
    const quick = feed.open(undefined)
    await quick.next(never)
    const words: string[] = []
    for (let round = 1; round <= 30; round += 1) {
      events = Array.from({ length: 100 }, (_, index) => eventOf(round * 100 + index))
      feed.changed('events')
      for (let told = 0; told < (round === 1 ? 101 : 200);) {
        const messages = await quick.next(never)
        told += messages.length
        words.push(...messages.map(({ change }) => change.type))
      }
    }
    expect(new Set(words)).to.deep.equal(new Set(['is', 'gone']))
    const anew: string[] = []
    while (!anew.includes('synced')) anew.push(...(await slow.next(never)).map(({ change }) => wordOf(change)))
    expect(anew[0]).to.equal('reset')
    expect(anew.filter((word) => word.startsWith('Event/')).length).to.equal(100)
  })

  it('ends when its reader goes', async () => {
    const reader = feed.open(undefined)
    await reader.next(never)
    const gone = new AbortController()
    const waiting = reader.next(gone.signal).catch((error: unknown) => error)
    gone.abort(new Error('gone'))
    expect(String(await waiting)).to.equal('Error: gone')
  })
})

const eventOf = (id: number): EventView => ({
  kind: 'Event',
  id,
  type: 'Normal',
  reason: 'Running',
  message: '',
  object: { kind: 'Vm', name: 'a' },
  count: 1,
  firstTime: '2026-01-01T00:00:00.000Z',
  lastTime: '2026-01-01T00:00:00.000Z',
})
