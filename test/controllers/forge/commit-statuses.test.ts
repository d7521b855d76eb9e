import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Clock } from '../../../model/clock.ts'
import type { CommitStatus, StatusDelivery } from '../../../model/forge.ts'
import { CommitStatuses } from '../../../controllers/forge/commit-statuses.ts'

const [C, D] = ['c'.repeat(40), 'd'.repeat(40)]
const of = (context: string, state: CommitStatus['state'], about: string, commit = C): CommitStatus => ({
  commit,
  context,
  state,
  description: about,
  tail: '',
  about,
})

/** Time that goes on when nothing else does. */
function openClock(): Clock & { goOn(until: number): Promise<void> } {
  let now = 0
  const sleeping = new Set<{ readonly at: number; readonly wake: () => void }>()
  return {
    now: () => now,
    steady: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const end = (): void => {
          sleeping.delete(sleeper)
          reject(new Error('aborted'))
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', end)
          resolve()
        }
        const sleeper = { at: now + milliseconds, wake }
        sleeping.add(sleeper)
        signal?.addEventListener('abort', end)
      }),
    goOn: async (until) => {
      for (;;) {
        for (let turns = 0; turns < 5; turns += 1) await turn()
        const [next] = [...sleeping].sort((a, b) => a.at - b.at)
        if (next === undefined || next.at > until) break
        now = next.at
        sleeping.delete(next)
        next.wake()
      }
      now = until
    },
  }
}

describe('telling a forge of commits', () => {
  let clock: ReturnType<typeof openClock>
  let stop: AbortController
  let wanted: readonly CommitStatus[]
  let inForce: string
  let acceptedAt: number
  let answer: (status: CommitStatus) => StatusDelivery | Promise<StatusDelivery>
  let told: string[]
  let log: string[]
  let statuses: CommitStatuses
  beforeEach(() => {
    ;[clock, stop, wanted, inForce, acceptedAt, told, log] = [openClock(), new AbortController(), [], C, 0, [], []]
    answer = () => ({ kind: 'delivered' })
    const write = (message: string): void => void log.push(message)
    statuses = new CommitStatuses(
      {
        forge: {
          tell: async (status) => {
            const { commit, context, state, about } = status
            told.push(`${clock.steady() / 1000}: ${commit[0]} ${context} ${state} ${about}`)
            return await answer(status)
          },
        },
        where: 'https://forge',
        git: () => ({
          url: '',
          branch: '',
          path: '',
          commit: { id: inForce, author: '', at: '', subject: '', acceptedAt: new Date(acceptedAt).toISOString() },
          finding: undefined,
          askedAt: undefined,
        }),
        wanted: () => Promise.resolve(wanted),
        clock,
        random: () => 1,
        logger: { info: write, warn: write, error: write },
        metrics: { forgeStatus: () => undefined },
      },
      stop.signal,
    )
  })
  afterEach(() => stop.abort())
  const want = (...all: readonly CommitStatus[]): void => {
    wanted = all
    statuses.changed()
  }

  it('tells of each context the newest, whole commits first, a second apart, and nothing twice', async () => {
    want(of('lanista/A', 'pending', 'working'), of('lanista', 'pending', 'working'))
    await clock.goOn(1500)
    want(of('lanista/A', 'success', 'reached'), of('lanista', 'success', 'reached'))
    await clock.goOn(60_000)
    for (let times = 0; times < 5; times += 1) statuses.changed()
    await clock.goOn(120_000)
    expect(told).to.deep.equal([
      '1: c lanista pending working',
      '2: c lanista success reached',
      '3: c lanista/A success reached',
    ])
  })

  it('tries again while the forge is away, ever more slowly, with the newest, and says so once', async () => {
    answer = () => ({ kind: 'failed', why: 'it is away', waitMs: undefined })
    want(of('lanista', 'pending', 'working'))
    await clock.goOn(40_000)
    want(of('lanista', 'success', 'reached'))
    await clock.goOn(45_000)
    answer = () => ({ kind: 'delivered' })
    await clock.goOn(100_000)
    expect(told).to.deep.equal([
      '1: c lanista pending working',
      '7: c lanista pending working',
      '18: c lanista pending working',
      '39: c lanista pending working',
      '80: c lanista success reached',
    ])
    expect(log).to.deep.equal([
      'git status: https://forge: it is away',
      'git status: the forge takes statuses of commits again',
    ])
  })

  it('waits as long as the forge asks for', async () => {
    answer = () => ({ kind: 'failed', why: 'too many', waitMs: 90_000 })
    want(of('lanista', 'success', 'reached'))
    await clock.goOn(1500)
    answer = () => ({ kind: 'delivered' })
    for (let at = 2000; at < 91_000; at += 1000) {
      statuses.changed()
      await clock.goOn(at)
    }
    expect(told).to.have.length(1)
    await clock.goOn(95_000)
    expect(told).to.have.length(2)
  })

  it('says once why it is refused, and takes up what was not told when that is mended', async () => {
    answer = () => ({ kind: 'refused', why: 'the token', all: true })
    want(of('lanista', 'pending', 'working'), of('lanista/A', 'failure', 'failed X'))
    await clock.goOn(1_800_000)
    const tries = told.length
    expect(tries).to.be.below(8)
    expect(log).to.deep.equal(['git status: https://forge: the token'])
    answer = () => ({ kind: 'delivered' })
    await clock.goOn(4_000_000)
    expect(told.slice(tries).map((each) => each.replace(/^[^:]*: /, ''))).to.deep.equal([
      'c lanista pending working',
      'c lanista/A failure failed X',
    ])
  })

  it('lets one that is refused keep no other back', async () => {
    answer = ({ context }) =>
      context === 'lanista' ? { kind: 'refused', why: 'no such commit', all: false } : { kind: 'delivered' }
    want(of('lanista', 'success', 'reached'), of('lanista/A', 'success', 'reached'))
    await clock.goOn(30_000)
    want(of('lanista', 'success', 'reached'), of('lanista/A', 'success', 'reached'), of('lanista/B', 'success', 'x'))
    await clock.goOn(50_000)
    expect(told.map((each) => each.replace(/^[^:]*: /, ''))).to.deep.equal([
      'c lanista success reached',
      'c lanista/A success reached',
      'c lanista/B success x',
    ])
    expect(log).to.deep.equal(['git status: https://forge: no such commit'])
  })

  it('lets one that the forge always fails on keep no other back', async () => {
    answer = ({ context }) =>
      context === 'lanista' ? { kind: 'failed', why: 'HTTP 500', waitMs: undefined } : { kind: 'delivered' }
    want(...['lanista', 'lanista/A', 'lanista/B'].map((context) => of(context, 'success', 'reached')))
    await clock.goOn(60_000)
    expect(told.map((each) => each.replace(/^[^:]*: /, '')).slice(0, 4)).to.deep.equal([
      'c lanista success reached',
      'c lanista/A success reached',
      'c lanista/B success reached',
      'c lanista success reached',
    ])
  })

  it('fills no log and no memory with what a forge says otherwise each time', async () => {
    answer = () => ({ kind: 'refused', why: `request ${told.length} is not taken`, all: false })
    want(...Array.from({ length: 60 }, (_, index) => of(`lanista/R${index}`, 'success', 'reached')))
    await clock.goOn(7_200_000)
    expect(told.length).to.be.above(200)
    expect(log.length).to.be.at.most(20)
  })

  it('leaves nothing pending of a commit that another has overtaken', async () => {
    want(of('lanista', 'pending', 'working'), of('lanista/A', 'success', 'reached'))
    await clock.goOn(10_000)
    inForce = D
    want(of('lanista', 'pending', 'working', D))
    await clock.goOn(20_000)
    want(of('lanista', 'success', 'reached', D))
    await clock.goOn(30_000)
    expect(told.map((each) => each.replace(/^[^:]*: /, ''))).to.deep.equal([
      'c lanista pending working',
      'c lanista/A success reached',
      'c lanista superseded superseded',
      'd lanista pending working',
      'd lanista success reached',
    ])
  })

  it('tells what a commit came to although another has overtaken it before that was told', async () => {
    want(of('lanista', 'pending', 'working'), of('lanista/A', 'pending', 'working'))
    await clock.goOn(2500)
    want(of('lanista', 'success', 'reached'), of('lanista/A', 'success', 'reached'))
    await clock.goOn(3500)
    inForce = D
    want(of('lanista', 'success', 'reached', D))
    await clock.goOn(20_000)
    expect(told.slice(2).map((each) => each.replace(/^[^:]*: /, ''))).to.have.members([
      'c lanista success reached',
      'c lanista/A success reached',
      'd lanista success reached',
    ])
    answer = () => ({ kind: 'refused', why: 'no such commit', all: false })
    want(of('lanista', 'failure', 'failed X', D), of('lanista', 'failure', 'refused X'))
    await clock.goOn(30_000)
    want(of('lanista', 'success', 'reached', D))
    const tries = told.length
    await clock.goOn(4_000_000)
    expect(told.slice(tries).filter((each) => each.includes(': c'))).to.deep.equal([])
  })

  it('does not call pending after a restart what turns out to be reached', async () => {
    acceptedAt = -1000
    want(of('lanista', 'pending', 'working'), of('lanista/A', 'pending', 'working'))
    await clock.goOn(60_000)
    want(of('lanista', 'pending', 'working'), of('lanista/A', 'success', 'reached'))
    await clock.goOn(119_000)
    expect(told).to.deep.equal(['61: c lanista/A success reached'])
    await clock.goOn(200_000)
    expect(told.at(-1)).to.match(/c lanista pending working$/)
  })

  it('ends at once when it is stopped, whatever it waits for', async () => {
    answer = () => new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('stopped'))))
    want(of('lanista', 'success', 'reached'))
    await clock.goOn(2000)
    stop.abort()
    await statuses.ended()
    expect([told.length, log]).to.deep.equal([1, []])
    statuses.changed()
    await statuses.ended()
  })

  it('is waited for by who ends, but not where the forge would not hear of it soon', async () => {
    const isSent = async (): Promise<boolean> => {
      let sent = false
      void statuses.sent(stop.signal).then(() => (sent = true))
      await clock.goOn(clock.steady() + 5000)
      return sent
    }
    acceptedAt = -1000
    wanted = [of('lanista', 'pending', 'working')]
    expect(await isSent()).to.equal(true)
    expect(told).to.have.length(1)
    answer = () => ({ kind: 'refused', why: 'the token', all: true })
    wanted = [of('lanista', 'success', 'reached')]
    expect(await isSent()).to.equal(true)
    expect(told).to.have.length(2)
  })
})
