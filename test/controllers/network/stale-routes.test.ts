import { expect } from 'chai'
import { numbersInUse } from '../../../controllers/network/stale-routes.ts'
import type { Condition } from '../../../model/condition.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { rangeStatus } from '../../builders/status.ts'

const valid: Condition = { type: 'SpecValid', status: 'True', reason: 'Ok', message: '' }
const broken: Condition = { type: 'SpecValid', status: 'False', reason: 'Invalid', message: '' }
const gone: Condition = { type: 'Ready', status: 'True', reason: 'Absent', message: '' }
const status = (id: string, number: number | undefined, ...conditions: readonly Condition[]): RangeStatus => ({
  ...rangeStatus(id, []),
  number,
  conditions,
})

describe('the range numbers that are in use', () => {
  const partly: readonly [string, readonly string[], readonly RangeStatus[], ReadonlySet<number> | undefined][] = [
    ['before Proxmox was looked at', ['JD'], [status('JD', 1, valid)], undefined],
    ['while a range has not been looked at', ['JD', 'KT'], [status('JD', 1, valid)], new Set([1])],
    ['while a file is broken, although its number was known before', ['JD'], [status('JD', 1, broken)], new Set([1])],
    ['while a range with a valid file has no number', ['JD'], [status('JD', undefined, valid)], new Set()],
  ]
  for (const [situation, ids, statuses, seen] of partly)
    it(`are known only in part ${situation}`, () =>
      expect(numbersInUse(ids, statuses, seen)).to.deep.equal({ kind: 'partly-known' }))

  it('are those of files, of ranges that once had one, and of networks that Proxmox shows', () => {
    const statuses = [status('JD', 1, valid), status('KT', 2, broken)]
    expect(numbersInUse(['JD'], statuses, new Set([1, 7]))).to.deep.equal({
      kind: 'known',
      numbers: new Set([1, 7, 2]),
    })
  })

  it('do not wait for the number of a range of which nothing is left', () => {
    const statuses = [status('JD', 1, valid), status('KT', undefined, valid, gone)]
    expect(numbersInUse(['JD', 'KT'], statuses, new Set([1]))).to.deep.equal({ kind: 'known', numbers: new Set([1]) })
  })
})
