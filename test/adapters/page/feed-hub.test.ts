import { expect } from 'chai'
import { feedHub, type FromTab, type ToTab } from '../../../adapters/page/feed-hub.ts'
import type { FeedListener } from '../../../adapters/page/feed-stream.ts'
import type { FeedChange } from '../../../model/api/feed-change.ts'
import { madeUpViews } from '../../builders/made-up-views.ts'

const RANGES = madeUpViews({ ranges: 60, vmsEach: 50, nodes: 2, now: 0 }).flatMap((view) =>
  view.kind === 'Range' ? [view] : [],
)

/** A hub whose connection is the test's. */
function openHub() {
  let listener: FeedListener | undefined
  const opened = { now: 0, ever: 0 }
  const tokens: (string | undefined)[] = []
  const hub = feedHub((given) => {
    listener = given
    opened.now += 1
    opened.ever += 1
    return {
      useToken: (token) => tokens.push(token),
      hurry: () => undefined,
      close: () => void (opened.now -= 1),
    }
  })
  return { hub, opened, tokens, tell: (...changes: readonly FeedChange[]) => listener?.changes(changes) }
}

/** A tab that has said hello. */
function openTab({ hub }: ReturnType<typeof openHub>) {
  const portions: FeedChange[][] = []
  const say: (message: FromTab) => void = hub.join((message: ToTab) => {
    if ('changes' in message) portions.push([...message.changes])
  })
  say({ say: 'hello' })
  return {
    portions,
    say,
    /** Takes in whatever comes, until nothing more does. */
    takeAll: () => {
      for (let taken = 0; taken < portions.length; taken += 1) say({ say: 'taken' })
      return portions
        .flat()
        .map((change) => (change.type === 'is' && 'name' in change.view ? change.view.name : change.type))
    },
  }
}

const is = (index: number, message = ''): FeedChange => ({ type: 'is', view: { ...RANGES[index]!, message } })

describe('one connection for all tabs', () => {
  it('is opened for the first and closed after the last', () => {
    const connection = openHub()
    const [one, other] = [openTab(connection), openTab(connection)]
    expect(connection.opened).to.deep.equal({ now: 1, ever: 1 })
    one.say({ say: 'bye' })
    expect(connection.opened.now).to.equal(1)
    other.say({ say: 'bye' })
    expect(connection.opened.now).to.equal(0)
  })

  it('tells a tab that comes later all there is, and then that this is all', () => {
    const connection = openHub()
    openTab(connection)
    connection.tell({ type: 'reset' }, is(0), is(1), { type: 'synced' })
    expect(openTab(connection).takeAll()).to.deep.equal(['reset', 'JD', 'KT', 'synced'])
  })

  it('hands out no more at once than is drawn within a frame, and the next when that was taken in', () => {
    const connection = openHub()
    const tab = openTab(connection)
    tab.takeAll()
    connection.tell(...RANGES.map((_, index) => is(index)), { type: 'synced' })
    expect(tab.portions).to.have.lengthOf(2)
    expect(tab.takeAll()).to.have.lengthOf(1 + RANGES.length + 1)
    for (const portion of tab.portions) expect(portion.length).to.be.lessThan(12)
  })

  it('tells a tab that is slow of each thing once, as it is by then', () => {
    const connection = openHub()
    const tab = openTab(connection)
    connection.tell(is(0, 'first'), is(1), is(0, 'second'), is(0, 'third'))
    tab.takeAll()
    const told = tab.portions
      .flat()
      .flatMap((change) => (change.type === 'is' && 'message' in change.view ? [change.view.message] : []))
    expect(told).to.deep.equal(['third', ''])
  })

  it('tells nobody of an earlier life after a reset', () => {
    const connection = openHub()
    const tab = openTab(connection)
    tab.takeAll()
    connection.tell(is(0), is(1), { type: 'synced' })
    connection.tell({ type: 'reset' }, is(2), { type: 'synced' })
    tab.takeAll()
    expect(openTab(connection).takeAll()).to.deep.equal(['reset', 'blue', 'synced'])
  })

  it('hands on that something is gone, and forgets it', () => {
    const connection = openHub()
    const tab = openTab(connection)
    connection.tell(is(0), { type: 'synced' })
    tab.takeAll()
    connection.tell({ type: 'gone', kind: 'Range', name: 'JD' })
    expect(tab.takeAll().at(-1)).to.equal('gone')
    expect(openTab(connection).takeAll()).to.deep.equal(['reset', 'synced'])
  })
})
