import { expect } from 'chai'
import { SuspendOrders } from '../../../controllers/revisions/suspend-orders.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import { isSuspended, type Suspension } from '../../../model/range-spec.ts'
import { saidOf, type SuspendOrder } from '../../../model/suspend-order.ts'
import { quiet } from '../../builders/quiet.ts'
import { range } from '../../builders/range.ts'
import { suspendOrdersInMemory } from '../../builders/telling-parts.ts'

const order = (traits: Partial<SuspendOrder> = {}): SuspendOrder => ({
  rangeId: 'JD',
  kind: 'suspend',
  by: 'ada',
  at: 0,
  reason: 'exam',
  until: undefined,
  file: saidOf(undefined),
  ...traits,
})
const fileSaying = (suspension?: Suspension): RangeFileRead => ({
  kind: 'ok',
  spec: { ...range('JD'), suspension },
  warnings: [],
})
const OWN: Suspension = { reason: 'holidays', owner: 'bob', until: undefined }

describe('an order to leave a range alone, or not to', () => {
  let store = suspendOrdersInMemory()
  let file: RangeFileRead = fileSaying()
  let now = 0
  beforeEach(() => {
    store = suspendOrdersInMemory()
    file = fileSaying()
    now = 0
  })
  const orders = (forgets = true): SuspendOrders => new SuspendOrders(store, { now: () => now }, quiet, forgets)
  const read = async (forgets = true): Promise<RangeFileRead> => {
    const files = { list: async () => ['JD'], watch: async () => undefined, read: async () => file }
    return await orders(forgets).applied(files).read('JD')
  }
  const suspended = async (): Promise<boolean> => {
    const now = await read()
    return now.kind === 'ok' && isSuspended(now.spec, 0)
  }

  it('holds although the file changes in all else, and over when it says something else of suspend', async () => {
    await store.write(order())
    expect(await suspended()).to.equal(true)
    file = { ...fileSaying(), kind: 'ok', spec: { ...range('JD'), number: 9 }, warnings: [] }
    expect(await suspended()).to.equal(true)
    file = fileSaying(OWN)
    const now = await read()
    expect(now.kind === 'ok' && now.spec.suspension).to.deep.equal(OWN)
    expect(await store.read('JD')).to.equal(undefined)
  })

  it('has a range go on whose file suspends it, until that file says something else', async () => {
    file = fileSaying(OWN)
    expect(await suspended()).to.equal(true)
    await store.write(order({ kind: 'resume', reason: '', file: saidOf(OWN) }))
    expect(await suspended()).to.equal(false)
    file = fileSaying({ ...OWN, reason: 'holidays, really' })
    expect(await suspended()).to.equal(true)
  })

  it('ends with its time', async () => {
    await store.write(order({ until: 1000 }))
    expect(await suspended()).to.equal(true)
    now = 1000
    expect(await suspended()).to.equal(false)
  })

  it('holds where there is no valid file, so that nothing is removed for another order or for its absence', async () => {
    await store.write(order())
    for (const read of [{ kind: 'absent' }, { kind: 'invalid', diagnostics: [] }] as const) {
      file = read
      expect(
        (
          await orders()
            .applied({ list: async () => [], watch: async () => undefined, read: async () => file })
            .read('JD')
        ).leftAlone?.message,
      ).to.equal('range JD: suspended by ada: exam; nothing is changed meanwhile; lanista resume JD to go on')
    }
  })

  it('is removed by nobody who only looks', async () => {
    await store.write(order({ until: 1000 }))
    now = 2000
    await read(false)
    expect(await store.read('JD')).not.to.equal(undefined)
  })

  it('that can not be read leaves nothing known', async () => {
    store = { ...store, read: () => Promise.reject(new Error('suspend/JD.json can not be understood')) }
    expect(String(await read().catch((error: unknown) => error))).to.match(/can not be understood/)
    expect(await orders().leavesAlone('JD', file)).to.equal(false)
  })
})
