import { expect } from 'chai'
import { RangeWishes } from '../../../controllers/range/range-wishes.ts'
import type { Finding } from '../../../model/condition.ts'
import type { DestroyOrder } from '../../../model/destroy-order.ts'
import { Withdrawn } from '../../../model/permit.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import type { RangeSpec } from '../../../model/range-spec.ts'
import { orderOfFile } from '../../../model/removal.ts'
import { range, router, vm } from '../../builders/range.ts'

const JD = range('JD')
const ok = (spec: RangeSpec): RangeFileRead => ({ kind: 'ok', spec, warnings: [] })
const destroy: DestroyOrder = { rangeId: 'JD', at: 0, vms: [], file: undefined, carriedOut: false }

interface Wanted {
  file: () => RangeFileRead | Promise<RangeFileRead>
  order?: () => DestroyOrder
}

/** Time stands still. */
const forEver = (): Promise<void> => new Promise(() => undefined)

/** What is wanted of JD as it says just now. */
const wishesOf = (wanted: Wanted, sleep: () => Promise<void> = forEver): RangeWishes =>
  new RangeWishes(
    { read: async () => await wanted.file() },
    { of: async () => wanted.order?.() },
    { orderOf: () => undefined, fileSeen: () => undefined },
    { now: () => 0, sleep },
  )

/** Why it was withdrawn, or `holds`. */
const whyNot = (asked: Promise<void>): Promise<string> =>
  asked.then(
    () => 'holds',
    (error: unknown) => (error instanceof Withdrawn ? error.message : `failed: ${String(error)}`),
  )

/** Everything that keeps a range from being as its file said, by what is there instead. */
const OTHERWISE: readonly (readonly [string, Wanted])[] = [
  ['is to go', { file: () => ok({ ...JD, state: 'absent' }) }],
  ['was ordered to go', { file: () => ok(JD), order: () => destroy }],
  ['was destroyed', { file: () => ok(JD), order: () => ({ ...destroy, carriedOut: true }) }],
  ['is suspended', { file: () => ok({ ...JD, suspension: { owner: 'ana', reason: 'exam', until: undefined } }) }],
  ['has a broken file', { file: () => ({ kind: 'invalid', diagnostics: [] }) }],
  ['has no file', { file: () => ({ kind: 'absent' }) }],
  [
    'has a file that cannot be read',
    {
      file: () => {
        throw new Error('EIO')
      },
    },
  ],
  [
    'has an order that cannot be read',
    {
      file: () => ok(JD),
      order: () => {
        throw new Error('EACCES')
      },
    },
  ],
]

describe('a range that a person has left alone', () => {
  const leftAlone = { reason: 'Suspended', message: 'range JD: suspended by ada: exam' } as const
  const files: readonly RangeFileRead[] = [
    { kind: 'absent', leftAlone },
    { kind: 'invalid', diagnostics: [], leftAlone },
    { kind: 'absent', leftAlone, withheld: { reason: 'Frozen', message: 'frozen' } },
  ]
  it('is not removed without a valid file either, whatever else is ordered', async () => {
    for (const file of files) {
      const wishes = wishesOf({ file: () => file, order: () => destroy })
      const wish = await wishes.read('JD')
      expect([wish.kind, wish.kind === 'held' && wish.held]).to.deep.equal(['held', leftAlone])
      const order = { rangeId: 'JD', why: '', scope: { kind: 'listed', vms: [] } } as const
      expect(await whyNot(wishes.stillToGo(order))).to.match(/not to go any more/)
    }
  })
})

describe('a range that goes for lack of its file', () => {
  const order = { ...orderOfFile(JD), rangeId: 'JD' }
  const wishOf = async (file: RangeFileRead): Promise<readonly [string, readonly string[]]> => {
    const going: string[] = []
    const wishes = new RangeWishes(
      { read: () => Promise.resolve(file) },
      { of: () => Promise.resolve(undefined) },
      { orderOf: () => order, fileSeen: () => undefined },
      { now: () => 0, sleep: forEver },
      undefined,
      (rangeId) => Promise.resolve(void going.push(rangeId)),
    )
    return [(await wishes.read('JD')).kind, going]
  }

  it('waits while that is withheld, and otherwise is remembered as going before it goes', async () => {
    const withheld = { reason: 'Frozen', message: 'range JD: it waits' } as const
    expect(await wishOf({ kind: 'absent', withheld })).to.deep.equal(['held', []])
    expect(await wishOf({ kind: 'absent' })).to.deep.equal(['removal', ['JD']])
  })
})

describe('what is told of a range file', () => {
  const told = {
    file: 'JD.yml',
    line: 1,
    column: 1,
    finding: 'x is "hunter2"',
    remedy: 'quote "hunter2"',
    excerpt: { text: 'x: hunter2', caret: 0 },
    unquoted: { finding: 'x is text', remedy: 'quote it' },
  }
  const files: readonly (readonly [string, RangeFileRead])[] = [
    ['its problems', { kind: 'invalid', diagnostics: [told] }],
    ['the warnings of a valid one', { kind: 'ok', spec: JD, warnings: [told] }],
    [
      'the warnings of a suspended one',
      { kind: 'ok', spec: { ...JD, suspension: { owner: 'a', reason: 'b', until: undefined } }, warnings: [told] },
    ],
  ]
  for (const [what, file] of files)
    it(`has no value of it in ${what}`, async () => {
      const wish = JSON.stringify(await wishesOf({ file: () => file }).read('JD'))
      expect(wish).to.contain('quote it').and.not.contain('hunter2')
    })
})

describe('what is wanted of a range when a write is about to be sent', () => {
  for (const [situation, wanted] of OTHERWISE) {
    it(`lets nothing be written for a range that by now ${situation}`, async () => {
      const wishes = wishesOf(wanted)
      expect(await whyNot(wishes.stillWanted(JD, 'JD-DC01'))).to.match(/^range JD: it is .* by now$/)
      expect(await whyNot(wishes.stillNumbered(JD))).to.match(/^range JD: it is .* by now$/)
    })
  }

  const changes: readonly (readonly [string, Partial<RangeSpec>, string, boolean])[] = [
    ['nothing', {}, 'JD-DC01', true],
    ['another VM', { vms: [vm('JD-DC01'), vm('JD-WS01')] }, 'JD-DC01', true],
    ['the VM’s cores', { vms: [vm('JD-DC01', { cpus: 3 })] }, 'JD-DC01', false],
    ['that the VM is not named', { vms: [] }, 'JD-DC01', false],
    ['the number', { number: 7 }, 'JD-DC01', false],
    ['the power', { power: 'off' }, 'JD-DC01', false],
    ['what is corrected', { drift: { networks: 'report', hardware: 'report' } }, 'JD-DC01', false],
    ['the node', { targetNode: 'pve2' }, 'JD-DC01', false],
    [
      'a VLAN, which the router reaches',
      { vms: [vm('JD-DC01', { address: { vlan: 9, lastOctet: 1 } })] },
      'router',
      false,
    ],
  ]
  for (const [what, change, name, holds] of changes) {
    it(`${holds ? 'holds' : 'does not hold'} for ${name} when the file says ${what} anew`, async () => {
      const wishes = wishesOf({ file: () => ok({ ...JD, ...change }) })
      const asked = name === 'router' ? router('JD').name : name
      expect(await whyNot(wishes.stillWanted(JD, asked))).to.match(holds ? /^holds$/ : /says something else by now/)
    })
  }

  it('does not hold once a move of networks holds the range, nor as long as nobody can say so', async () => {
    const wishes = (on: () => Promise<Finding | undefined>): RangeWishes =>
      new RangeWishes(
        { read: () => Promise.resolve(ok(JD)) },
        { of: () => Promise.resolve(undefined) },
        { orderOf: () => undefined, fileSeen: () => undefined },
        { now: () => 0, sleep: forEver },
        { on },
      )
    const held = wishes(() => Promise.resolve({ reason: 'Migrating', message: 'range JD: it moves' }))
    expect(await whyNot(held.stillWanted(JD, 'JD-DC01'))).to.equal('range JD: it moves')
    expect(await whyNot(held.stillNumbered(JD))).to.equal('range JD: it moves')
    expect(await whyNot(held.stillToGo(orderOfFile(JD)))).to.equal('range JD: it moves')
    const broken = wishes(() => Promise.reject(new Error('EIO')))
    expect(await whyNot(broken.stillWanted(JD, 'JD-DC01'))).to.match(/^range JD: it is without a file that can be read/)
  })

  it('holds for networks until the file asks for another number', async () => {
    expect(await whyNot(wishesOf({ file: () => ok({ ...JD, power: 'off' }) }).stillNumbered(JD))).to.equal('holds')
    const other = wishesOf({ file: () => ok({ ...JD, number: 7 }) })
    expect(await whyNot(other.stillNumbered(JD))).to.match(/asks for another number by now/)
  })

  it('does not hold as long as its file or an order is not read in time, beside which no other read is begun', async () => {
    let reads = 0
    let answer: (read: RangeFileRead) => void = () => undefined
    const hanging = new Promise<RangeFileRead>((resolve) => (answer = resolve))
    const wanted: Wanted = {
      file: () => {
        reads += 1
        return hanging
      },
    }
    let late: () => Promise<void> = () => Promise.resolve()
    const wishes = wishesOf(wanted, () => late())
    expect(await whyNot(wishes.stillWanted(JD, 'JD-DC01'))).to.match(/without a file that can be read by now/)
    expect(await whyNot(wishes.stillNumbered(JD))).to.match(/without a file that can be read by now/)
    expect(await whyNot(wishes.stillToGo(orderOfFile(JD)))).to.match(/it is not to go any more/)
    expect(await wishes.read('JD')).to.deep.include({ kind: 'unreadable' })
    expect(reads).to.equal(1)
    late = forEver
    const asked = whyNot(wishes.stillWanted(JD, 'JD-DC01'))
    answer(ok(JD))
    expect(await asked).to.equal('holds')
    expect(reads).to.equal(2)
  })

  it('holds for a removal only as long as it is the same one', async () => {
    const absent: RangeSpec = { ...JD, state: 'absent' }
    const order = orderOfFile(absent)
    const asked = (file: RangeFileRead): Promise<string> => whyNot(wishesOf({ file: () => file }).stillToGo(order))
    expect(await asked(ok(absent))).to.equal('holds')
    const NOT = 'range JD: it is not to go any more, or not like this'
    expect(await asked(ok(JD))).to.equal(NOT)
    expect(await asked(ok({ ...absent, vms: [] }))).to.equal(NOT)
    expect(await asked({ kind: 'absent' })).to.equal(NOT)
    expect(await asked({ kind: 'invalid', diagnostics: [] })).to.equal(NOT)
  })
})
