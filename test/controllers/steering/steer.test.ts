import { expect } from 'chai'
import { Steer } from '../../../controllers/steering/steer.ts'
import { keyOf } from '../../../controllers/steering/waiting-key.ts'
import type { Steering } from '../../../model/api/steering.ts'
import type { EventNews } from '../../../model/event-store.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import type { WaitingSet } from '../../../model/prune.ts'
import { UserError } from '../../../model/user-error.ts'
import { range } from '../../builders/range.ts'
import { suspendOrdersInMemory } from '../../builders/telling-parts.ts'

const OWN = { reason: 'holidays', owner: undefined, until: undefined }
const fileOf = (suspension?: typeof OWN): RangeFileRead => ({
  kind: 'ok',
  spec: range('JD', { suspension }),
  warnings: [],
})
const NOW = Date.parse('2026-11-30T12:00:00Z')

describe('what a person asks of ranges', () => {
  const situation = (file: RangeFileRead = fileOf(), waiting?: WaitingSet) => {
    const events: EventNews[] = []
    const triggered: string[] = []
    const approved: unknown[] = []
    const suspendOrders = suspendOrdersInMemory()
    const commit = { commit: 'abcdef0123456789', why: 'it was rewritten' }
    const nothing = {
      ask: async () => undefined,
      approved: async () => undefined,
      takeBack: async () => undefined,
      clear: async () => undefined,
    }
    const approve = async (what: unknown): Promise<void> => void approved.push(what)
    const steer = new Steer({
      known: async () => ['JD', 'KT'],
      read: async () => file,
      trigger: (id) => triggered.push(id),
      suspendOrders,
      approvals: { asked: async () => waiting, approve },
      commits: {
        force: { ...nothing, asked: async () => commit, approve },
        waves: { ...nothing, asked: async () => undefined, approve },
      },
      events: { record: (news) => events.push(news) },
      clock: { now: () => NOW },
    })
    const ask = async (asked: Steering): Promise<string> => {
      try {
        const { done, message } = await steer.do(asked, 'ada')
        return `${done ? 'done' : 'not done'}: ${message}`
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        return `refused: ${error.message}`
      }
    }
    return { ask, events, triggered, approved, suspendOrders }
  }

  it('is a look now, at some ranges or at all, and no range that there is not', async () => {
    const { ask, triggered, events } = situation()
    expect(await ask({ action: 'reconcile' })).to.equal('done: 2 ranges are looked at now')
    expect(await ask({ action: 'reconcile', ranges: ['KT'] })).to.equal('done: range KT is looked at now')
    expect(await ask({ action: 'reconcile', ranges: ['kt'] })).to.match(
      /^refused: range kt: there is no such range; did you mean KT\?/,
    )
    expect(triggered).to.deep.equal(['JD', 'KT', 'KT'])
    expect(events.map(({ by, reason }) => `${by} ${reason}`)).to.deep.equal(
      Array.from({ length: 3 }, () => 'ada ReconcileRequested'),
    )
  })

  it('is told with why that it is not kept, on a full disk, and nothing is said to be done', async () => {
    const { ask, suspendOrders, events, triggered } = situation()
    const full = (): Promise<void> => Promise.reject(new Error('ENOSPC: no space left on device'))
    suspendOrders.write = full
    const refused =
      "can't be kept in the state directory (ENOSPC: no space left on device), so it is as before; see to the disk, and ask again"
    expect(await ask({ action: 'suspend', range: 'JD', reason: 'exam' })).to.equal(
      `refused: the order about range JD ${refused}`,
    )
    const resumed = situation(fileOf(OWN))
    resumed.suspendOrders.write = full
    expect(await resumed.ask({ action: 'resume', range: 'JD' })).to.equal(
      `refused: the order about range JD ${refused}`,
    )
    expect([...events, ...resumed.events, ...triggered]).to.deep.equal([])
  })

  it('is that one is left alone, with a reason and an end to come', async () => {
    const { ask, suspendOrders, triggered } = situation()
    const until = '2026-12-01'
    for (const wrong of ['yesterday', '2026-11-29', '2026-13-01'])
      expect(await ask({ action: 'suspend', range: 'JD', reason: 'exam', until: wrong }), wrong).to.match(
        /^refused: until: /,
      )
    expect(await suspendOrders.read('JD')).to.equal(undefined)
    expect(await ask({ action: 'suspend', range: 'JD', reason: ' exam ', until })).to.match(
      /^done: range JD is left alone until 2026-12-01T00:00:00.000Z, or until/,
    )
    expect(await suspendOrders.read('JD')).to.deep.equal({
      rangeId: 'JD',
      kind: 'suspend',
      by: 'ada',
      at: NOW,
      reason: 'exam',
      until: Date.parse(until),
      file: '',
    })
    expect(triggered).to.deep.equal(['JD'])
  })

  it('is that one goes on: what a person ordered is taken back, what its file says is overruled', async () => {
    const ordered = situation()
    expect(await ordered.ask({ action: 'resume', range: 'JD' })).to.match(/^not done: range JD is not suspended/)
    await ordered.ask({ action: 'suspend', range: 'JD', reason: 'exam' })
    expect(await ordered.ask({ action: 'resume', range: 'JD' })).to.equal('done: range JD goes on')
    expect(await ordered.suspendOrders.read('JD')).to.equal(undefined)

    const byFile = situation(fileOf(OWN))
    expect(await byFile.ask({ action: 'resume', range: 'JD' })).to.match(/goes on, although its file says suspend/)
    expect(await byFile.suspendOrders.read('JD')).to.include({ kind: 'resume' })
    expect(await byFile.ask({ action: 'resume', range: 'JD' })).to.match(/^not done/)
    expect(await byFile.ask({ action: 'suspend', range: 'JD', reason: 'again' })).to.match(/^done/)
    expect(await byFile.suspendOrders.read('JD')).to.include({ kind: 'suspend' })
  })

  it('is approval of exactly what waits', async () => {
    const waiting: WaitingSet = { why: ['two'], ranges: ['JD', 'KT'].map((id) => ({ id, vms: [] })) }
    const { ask, approved } = situation(fileOf(), waiting)
    const other = keyOf({
      ...waiting,
      ranges: waiting.ranges.map((each) => ({ ...each, vms: [{ vmid: 1, name: 'a', node: 'pve1' }] })),
    })
    for (const removal of [other, 'JD', ''])
      expect(await ask({ action: 'approve', removal })).to.match(
        /^refused: approve: what waits has changed since it was shown/,
      )
    expect(await ask({ action: 'approve' })).to.match(/^refused/)
    expect(await ask({ action: 'approve', commit: 'abc' })).to.match(/^refused: approve: give seven digits/)
    expect(await ask({ action: 'approve', commit: '1234567' })).to.match(/does not wait/)
    expect(approved).to.deep.equal([])
    expect(await ask({ action: 'approve', removal: keyOf(waiting) })).to.match(/^done/)
    expect(await ask({ action: 'approve', commit: 'abcdef0' })).to.match(
      /^done: approved; commit abcdef012345 goes in force/,
    )
    expect(approved).to.deep.equal([waiting, 'abcdef0123456789'])
    expect(await situation().ask({ action: 'approve', removal: keyOf(waiting) })).to.match(
      /^refused: approve: no range waits/,
    )
  })
})
