import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { Notifications } from '../../../controllers/report/notifications.ts'
import { readyOf } from '../../../model/condition.ts'
import type { Notification } from '../../../model/notify/notification.ts'
import type { Delivery, RangeFiles } from '../../../model/ports.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import { range } from '../../builders/range.ts'
import { stated, rangeStatus } from '../../builders/status.ts'

const OWN = 'discord://S3CRETown@1'
const ALL = 'https://all.example/S3CRETall'

const TROUBLE = { reason: 'VmTrouble', message: 'vm a: out of memory' }
const WORK = { reason: 'Progressing', message: '1 of 2 VMs are running' }
const SUSPENDED = { reason: 'Suspended', message: 'exam' }

/** Notifications to a service that a test scripts, with a clock that does not wait. */
function bench({ urls = [OWN], everywhere = [] }: { urls?: readonly string[]; everywhere?: readonly string[] } = {}) {
  const sent: string[] = []
  const anywhere: string[] = []
  const results: string[] = []
  const logged: unknown[] = []
  const slept: number[] = []
  const stop = new AbortController()
  const script = {
    now: 0,
    most: 0,
    answer: (_told: Notification, _address: string): Promise<Delivery> => Promise.resolve({ kind: 'delivered' }),
    sleep: (_ms: number, signal?: AbortSignal): Promise<void> => Promise.resolve(signal?.throwIfAborted()),
  }
  const line = (message: string, fields: unknown): void => void logged.push(message, fields)
  const notifications = new Notifications(
    {
      notifier: {
        send: async (address, told, _, options) => {
          if (options?.anywhere === true) anywhere.push(address)
          script.now += 1
          script.most = Math.max(script.most, script.now)
          sent.push(`${address.replace(/S3CRET/, '')} ${told.title}${told.ready ? '' : ` ${told.reason}`}`)
          try {
            return await script.answer(told, address)
          } finally {
            script.now -= 1
          }
        },
      },
      urls: () => everywhere,
      clock: {
        now: () => 0,
        steady: () => 0,
        sleep: async (ms, signal) => {
          slept.push(ms)
          await script.sleep(ms, signal)
        },
      },
      logger: { info: line, warn: line, error: line },
      metrics: { notified: (result) => void results.push(result) },
    },
    stop.signal,
  )
  const files = (spec: RangeSpec): RangeFiles => ({
    list: () => Promise.resolve([spec.id]),
    read: () => Promise.resolve({ kind: 'ok', spec, warnings: [] }),
    watch: () => Promise.resolve(),
  })
  const learn = (id: string, notifyUrls: readonly string[] = urls) =>
    notifications.listeningTo(files(range(id, { notifyUrls }))).read(id)
  const idle = async (): Promise<void> => {
    for (let turns = 0; turns < 50; turns += 1) await turn()
  }
  const told = (id: string, finding?: { reason: string; message: string }): void =>
    notifications.changed(rangeStatus(id, [], finding))
  return { notifications, script, sent, anywhere, results, logged, slept, stop, learn, idle, told }
}

describe('notifications', () => {
  it("lets the operator's addresses be anywhere, and those of range files not", async () => {
    const at = bench({ everywhere: [ALL] })
    await at.learn('JD')
    at.told('JD', TROUBLE)
    await at.idle()
    expect(at.sent).to.have.length(2)
    expect(at.anywhere).to.deep.equal([ALL])
  })

  it('tell once that a range became Ready, and once for each reason that it failed for', async () => {
    const { told, learn, idle, sent } = bench()
    await learn('JD')
    const blocked = { reason: 'VmBlocked', message: 'vm b' }
    for (const each of [
      WORK,
      undefined,
      undefined,
      WORK,
      undefined,
      TROUBLE,
      WORK,
      TROUBLE,
      blocked,
      TROUBLE,
      undefined,
    ])
      told('JD', each)
    await idle()
    expect(sent).to.deep.equal(
      ['is Ready', 'is not Ready VmTrouble', 'is not Ready VmBlocked', 'is Ready'].map(
        (news) => `discord://own@1 range JD ${news}`,
      ),
    )
  })

  it('say nothing of work that goes on, of a suspended range, and of a cluster that could not be read', async () => {
    const { notifications, told, learn, idle, sent } = bench()
    await learn('JD')
    for (const each of [WORK, SUSPENDED, { reason: 'Pending', message: '' }]) told('JD', each)
    const unknown = { type: 'MachinesReady', status: 'Unknown', reason: 'ClusterNotRead', message: '' } as const
    notifications.changed({ ...rangeStatus('JD', []), conditions: stated(unknown, readyOf([unknown])) })
    await idle()
    expect(sent).to.deep.equal([])
    told('JD')
    told('JD', SUSPENDED)
    told('JD')
    await idle()
    expect(sent).to.deep.equal(['discord://own@1 range JD is Ready'])
  })

  it('carry on from what an earlier life has told', async () => {
    const { notifications, told, learn, idle, sent } = bench()
    await Promise.all(['JD', 'KT', 'LU', 'MO'].map((id) => learn(id)))
    const ready = readyOf([{ type: 'SpecValid', status: 'True', reason: 'Ok', message: '' }])
    notifications.startFrom(
      new Map([
        ['JD', ready],
        ['KT', { ...ready, status: 'False', ...TROUBLE }],
        ['LU', { ...ready, status: 'False', ...WORK }],
      ]),
    )
    for (const id of ['JD', 'KT', 'LU', 'MO']) {
      told(id, WORK)
      told(id)
    }
    await idle()
    expect(sent).to.have.members(['KT', 'LU', 'MO'].map((id) => `discord://own@1 range ${id} is Ready`))
  })

  it("go to the addresses of the range's last valid file and of the configuration, each once", async () => {
    const { told, learn, idle, sent } = bench({ urls: [OWN, ALL, OWN, 'telegram://x@y'], everywhere: [ALL] })
    told('KT')
    await learn('JD')
    told('JD', { reason: 'Invalid', message: 'JD.yml:1:1' })
    await idle()
    expect(sent).to.have.members([
      'https://all.example/all range KT is Ready',
      'discord://own@1 range JD is not Ready Invalid',
      'https://all.example/all range JD is not Ready Invalid',
    ])
  })

  it('are tried again with growing waits, longer where the service asks for it, and then given up', async () => {
    const { told, learn, idle, script, sent, slept, results } = bench()
    await learn('JD')
    const asked = [undefined, 90_000, 2000]
    script.answer = () => Promise.resolve({ kind: 'failed', why: 'HTTP 503', waitMs: asked[sent.length - 1] })
    told('JD')
    await idle()
    expect([sent.length, slept, results]).to.deep.equal([4, [1000, 60_000, 25_000], ['failed']])
  })

  it('are not tried again when they are refused', async () => {
    const { told, learn, idle, script, sent, results } = bench()
    await learn('JD')
    script.answer = () => Promise.resolve({ kind: 'refused', why: 'HTTP 404' })
    told('JD')
    await idle()
    expect([sent.length, results]).to.deep.equal([1, ['refused']])
  })

  it('reach an address in order, while those of other ranges do not wait', async () => {
    const { told, learn, idle, script, sent } = bench()
    await learn('JD')
    await learn('KT')
    let wake = (): void => undefined
    script.answer = ({ range: id }) =>
      Promise.resolve(
        id === 'JD' && sent.length === 1 ? { kind: 'failed', why: '', waitMs: undefined } : { kind: 'delivered' },
      )
    script.sleep = () =>
      new Promise((resolve) => {
        wake = resolve
      })
    told('JD', TROUBLE)
    told('JD')
    told('KT')
    await idle()
    wake()
    await idle()
    expect(sent).to.deep.equal(
      ['JD is not Ready VmTrouble', 'KT is Ready', 'JD is not Ready VmTrouble', 'JD is Ready'].map(
        (news) => `discord://own@1 range ${news}`,
      ),
    )
  })

  it('are two at once of one range at most, and dropped when many of it are waiting', async () => {
    const { told, learn, idle, script, sent, results } = bench()
    let answerAll = (): void => undefined
    const held = new Promise<void>((resolve) => {
      answerAll = resolve
    })
    script.answer = () => held.then(() => ({ kind: 'delivered' }))
    await learn(
      'JD',
      Array.from({ length: 60 }, (_, index) => `https://h.example/${index}`),
    )
    told('JD')
    await idle()
    expect([sent.length, results]).to.deep.equal([2, Array.from({ length: 10 }, () => 'dropped')])
    answerAll()
    await idle()
    for (let turns = 0; turns < 50; turns += 1) await idle()
    expect([script.most, sent.length]).to.deep.equal([2, 50])
  })

  it('of many ranges whose addresses never answer leave those of others their turn', async () => {
    const { told, learn, idle, script, sent } = bench()
    const giveUp: (() => void)[] = []
    script.answer = ({ range: id }) =>
      id === 'GOOD'
        ? Promise.resolve({ kind: 'delivered' })
        : new Promise((resolve) => giveUp.push(() => resolve({ kind: 'refused', why: 'no answer' })))
    for (const id of ['A', 'B', 'C', 'D', 'E'])
      await learn(
        id,
        Array.from({ length: 20 }, (_, index) => `https://${id}.example/${index}`),
      )
    await learn('GOOD', ['https://good.example/'])
    for (const id of ['A', 'B', 'C', 'D', 'E', 'GOOD']) told(id)
    await idle()
    expect(sent.filter((news) => news.includes('GOOD'))).to.have.length(0)
    // The first of those that hang are given up after a while.
    for (const end of giveUp.splice(0, 2)) end()
    for (let turns = 0; turns < 10; turns += 1) await idle()
    expect(sent.filter((news) => news.includes('GOOD'))).to.have.length(1)
  })

  it('hold nobody up, whatever a notifier does', async () => {
    const { notifications, told, learn, idle, script, logged } = bench()
    await learn('JD')
    script.answer = () => Promise.reject(new Error('a bug'))
    told('JD')
    await idle()
    expect(logged).to.include('a notification could not be handled')
    await notifications.sent(new AbortController().signal)
  })

  it('are waited for at the end, but not for ever', async () => {
    const { notifications, told, learn, script, sent, slept } = bench()
    await learn('JD')
    const waited = new AbortController()
    script.sleep = (_ms, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      })
    told('JD')
    await notifications.sent(waited.signal)
    expect(sent).to.have.length(1)
    script.answer = () => new Promise(() => undefined)
    script.sleep = () => Promise.resolve()
    told('JD', TROUBLE)
    await notifications.sent(waited.signal)
    expect(slept.at(-1)).to.equal(30_000)
  })

  it('end when the controller stops, in the middle of a wait', async () => {
    const { told, learn, idle, script, sent, results, stop, logged } = bench()
    await learn('JD')
    script.answer = () => Promise.resolve({ kind: 'failed', why: '', waitMs: undefined })
    script.sleep = (_ms, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      })
    told('JD')
    await idle()
    stop.abort()
    await idle()
    expect([sent.length, results, logged]).to.deep.equal([1, [], []])
  })

  it('leave nothing of an address in the log', async () => {
    const { told, learn, idle, script, sent, logged } = bench({ everywhere: [ALL] })
    await learn('JD')
    const answers: readonly Delivery[] = [
      { kind: 'delivered' },
      { kind: 'refused', why: 'it answers with HTTP 404' },
      { kind: 'failed', why: 'the connection was refused', waitMs: undefined },
    ]
    script.answer = () => Promise.resolve(answers[sent.length % 3] ?? { kind: 'delivered' })
    for (const finding of [undefined, TROUBLE, undefined, TROUBLE, undefined]) told('JD', finding)
    await idle()
    const all = inspect(logged, { depth: Infinity })
    expect(all).to.contain('discord://***').and.contain('https://***').and.not.contain('S3CRET')
  })
})
