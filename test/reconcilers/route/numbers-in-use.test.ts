import { expect } from 'chai'
import { type KnownNumber, numbersInUse } from '../../../reconcilers/route/numbers-in-use.ts'

const sure = (number?: number): KnownNumber => ({ number, isSure: true })
const unsure = (number?: number): KnownNumber => ({ number, isSure: false })
const numbers = (known: Readonly<Record<string, KnownNumber>>) => new Map(Object.entries(known))

describe('the range numbers that are in use', () => {
  const partly: readonly [
    string,
    readonly string[],
    Readonly<Record<string, KnownNumber>>,
    ReadonlySet<number> | undefined,
  ][] = [
    ['before Proxmox was looked at', ['JD'], { JD: sure(1) }, undefined],
    ['while a range has not been looked at', ['JD', 'KT'], { JD: sure(1) }, new Set([1])],
    ['while a file is broken, although its number was known before', ['JD'], { JD: unsure(1) }, new Set([1])],
    ['while a range with a valid file has no number', ['JD'], { JD: unsure() }, new Set()],
  ]
  for (const [situation, ids, known, seen] of partly)
    it(`are known only in part ${situation}`, () =>
      expect(numbersInUse(ids, numbers(known), seen)).to.deep.equal({ kind: 'partly-known' }))

  it('are those of files, of ranges that once had one, and of networks that Proxmox shows', () => {
    const known = numbers({ JD: sure(1), KT: unsure(2) })
    expect(numbersInUse(['JD'], known, new Set([1, 7]))).to.deep.equal({ kind: 'known', numbers: new Set([1, 7, 2]) })
  })

  it('do not wait for the number of a range of which nothing is left', () => {
    const known = numbers({ JD: sure(1), KT: sure() })
    expect(numbersInUse(['JD', 'KT'], known, new Set([1]))).to.deep.equal({ kind: 'known', numbers: new Set([1]) })
  })
})
