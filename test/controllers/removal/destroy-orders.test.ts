import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { parseRange } from '../../../adapters/parse-range.ts'
import { DestroyOrders, heldBack, printOf, stillHolds } from '../../../controllers/removal/destroy-orders.ts'
import type { DestroyOrder } from '../../../model/destroy-order.ts'
import type { RangeFileRead } from '../../../model/ports.ts'
import { quiet } from '../../builders/quiet.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const TEXT = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const read = (text: string, file = '/etc/ludus/ranges/JD.yml'): RangeFileRead =>
  parseRange({ text, file, rangeId: 'JD' })
const orderOf = (file: RangeFileRead): DestroyOrder => ({
  rangeId: 'JD',
  at: 0,
  vms: [],
  file: printOf(file),
  carriedOut: true,
})
const ORDER = orderOf(read(TEXT))
/** As the release before would have written it. */
const legacyOf = (file: RangeFileRead): DestroyOrder => {
  if (file.kind !== 'ok') throw new Error('a valid file')
  return { ...ORDER, file: createHash('sha256').update(JSON.stringify(file.spec)).digest('hex') }
}

describe('an order to destroy a range', () => {
  it('holds while its file says the same, by whatever path and in whatever layout it is reached', () => {
    for (const path of ['/srv/ranges/JD.yml', 'ranges/JD/range-config.yml', '/etc/ludus/ranges/JD.yaml'])
      expect(stillHolds(ORDER, read(TEXT, path)), path).to.equal('yes')
  })

  it('holds when a text asks for the same in other words, or in another order', () => {
    expect(stillHolds(ORDER, read(`# a comment\n${TEXT}ludus_extensions: { lanista: { power: on } }\n`))).to.equal(
      'yes',
    )
    expect(
      stillHolds(ORDER, read(TEXT.replace('vlan: 10\n    ip_last_octet: 1', 'ip_last_octet: 1\n    vlan: 10'))),
    ).to.equal('yes')
  })

  it('holds when a later release makes something else of the same file, such as a key that it alone knows', () => {
    const file = read(TEXT)
    if (file.kind !== 'ok') throw new Error('it is valid')
    const later: RangeFileRead = { ...file, spec: Object.assign({ protect: false }, file.spec) }
    expect(printOf(later)).not.to.equal(printOf(file))
    expect(stillHolds(ORDER, later)).to.equal('yes')
  })

  it('outlasts a newer content of the file that was held back when it was given', () => {
    const origin = (digest: string) => ({ digest, text: '', head: undefined, changedBy: undefined })
    const revision = (digest: string) => ({ digest, commit: undefined })
    const held = { reason: 'Frozen', message: 'range JD: it waits' } as const
    const file = read(TEXT)
    const newer = TEXT.replace('ram_gb: 2', 'ram_gb: 1')
    if (file.kind !== 'ok') throw new Error('it is valid')
    const revisions = { seen: revision('newer'), actedOn: revision('old'), reached: undefined, held }
    const order = { ...ORDER, held: heldBack({ kind: 'held', held, inForce: file, revisions }) }
    const after = read(newer)
    if (after.kind !== 'ok') throw new Error('it is valid')
    expect(stillHolds(order, { ...after, origin: origin('newer') })).to.equal('yes')
    expect(stillHolds(order, { ...after, origin: origin('newest') })).to.equal('no')
    expect(heldBack({ ...file, revisions: { ...revisions, seen: revision('old') } })).to.equal(undefined)
  })

  it('is void when the file asks for something else, and when there is one at last', () => {
    expect(stillHolds(ORDER, read(TEXT.replace('ram_gb: 2', 'ram_gb: 1')))).to.equal('no')
    expect(stillHolds({ ...ORDER, file: undefined }, read(TEXT))).to.equal('no')
    expect(stillHolds(ORDER, read('ludus: ['))).to.equal('no')
  })

  it('holds while there is no file, or none that is valid, as when it was given', () => {
    expect(stillHolds(ORDER, { kind: 'absent' })).to.equal('yes')
    expect(stillHolds({ ...ORDER, file: undefined }, read('ludus: ['))).to.equal('yes')
  })

  it('of an earlier release holds while the file is just as it was, and is told when that is not known', async () => {
    const legacy = legacyOf(read(TEXT))
    expect(stillHolds(legacy, read(TEXT))).to.equal('yes')
    const moved = read(TEXT, '/srv/ranges/JD.yml')
    expect(stillHolds(legacy, moved)).to.equal('unknown')
    const cleared: string[] = []
    const store = {
      read: async () => legacy,
      write: () => Promise.resolve(),
      clear: async (id: string) => void cleared.push(id),
      list: async () => [],
    }
    const failed = await new DestroyOrders(store, quiet).of('JD', moved).catch(String)
    expect(failed).to.match(
      /an order to destroy it was written by an earlier release.*say so again: lanista destroy JD; if not/,
    )
    expect(cleared).to.deep.equal([])
  })
})
