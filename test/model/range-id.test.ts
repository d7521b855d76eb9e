import { expect } from 'chai'
import { isRangeId, isReservedRangeId } from '../../model/range-id.ts'

/** Ludus' `reservedUserIDs`, each of which is the name of a pool or user of its own; and Lanista's tag. */
const RESERVED = ['ADMIN', 'ROOT', 'CICD', 'SHARED', 'lanista']

describe('a range id', () => {
  for (const id of RESERVED)
    for (const written of [id, id.toLowerCase(), id.charAt(0).toUpperCase() + id.slice(1).toLowerCase()])
      it(`is reserved as ${written}`, () => expect(isReservedRangeId(written)).to.equal(true))

  for (const id of ['ADMINS', 'SHARED2', 'x-ROOT', 'CIC', 'JD'])
    it(`is not reserved as ${id}`, () => expect(isReservedRangeId(id)).to.equal(false))

  for (const [what, id] of [
    ['0, which Ludus reserves as well', '0'],
    ['a letter of another alphabet that looks the same', 'ЈD'],
    ['a sign whose lower case is another letter', '\u212AT'],
    ['a wide letter', 'ＪD'],
    ['a letter without width', 'JD\u200B'],
    ['a blank behind', 'JD '],
    ['a line behind', 'JD\n'],
    ['a pool in a pool', 'JD/a'],
    ['a dot', 'JD.a'],
    ['nothing', ''],
    ['33 letters', 'a'.repeat(33)],
  ] as const)
    it(`is never ${what}`, () => expect(isRangeId(id)).to.equal(false))
})
