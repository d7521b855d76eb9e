import { expect } from 'chai'
import fc from 'fast-check'
import { approvableCommit } from '../../../adapters/page/approvals.ts'
import { hrefOf, parseRoute } from '../../../adapters/page/route.ts'
import { findRange } from '../../../adapters/page/search.ts'
import { findingAndRemedy } from '../../../adapters/page/states.ts'
import { byteWords, durationWords, ownName, shortId } from '../../../adapters/page/words.ts'
import { madeUpViews } from '../../builders/made-up-views.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

describe('an address of the page', () => {
  it('leads to where it came from, whatever names there are', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(
        fc.record({
          view: fc.constantFrom('ranges', 'nodes', 'networks', 'plan', 'events'),
          name,
          vm: fc.option(name, { nil: undefined }),
          filter: fc.record({ q: name, state: name }),
        }),
        (route) => {
          expect(parseRoute(hrefOf(route))).to.deep.equal(route)
        },
      ),
    )
  })

  it('is the list of ranges when nothing is known of it', () => {
    for (const hash of ['', '#', '#/', '#/nonsense/x', '#javascript:alert(1)', '#/%E0%A4%A'])
      expect(parseRoute(hash)).to.include({ view: 'ranges', name: undefined })
  })

  it('keeps of what is asked only what it filters by', () => {
    expect(parseRoute('#/ranges?q=dc01&token=secret&state=').filter).to.deep.equal({ q: 'dc01' })
  })
})

describe('what the page says', () => {
  it('of how long something lasts', () => {
    for (const [ms, words] of [
      [3 * SECOND, 'a few seconds'],
      [42 * SECOND, '42 s'],
      [90 * SECOND, '1 min'],
      [HOUR, '1 h'],
      [3 * HOUR + 20 * 60 * SECOND, '3 h 20 min'],
      [30 * HOUR, '30 h'],
      [100 * HOUR, '4 days'],
    ] as const)
      expect(durationWords(ms)).to.equal(words)
  })

  it('of memory', () => {
    expect(byteWords(0)).to.equal('0 B')
    expect(byteWords(1536 * 1024 ** 2)).to.equal('1.5 GiB')
    expect(byteWords(64 * 1024 ** 3)).to.equal('64 GiB')
  })

  it('of a message: the finding, and what to do on a line of its own', () => {
    expect(findingAndRemedy('vm x: no node fits; pve1 is full; free memory')).to.deep.equal([
      'vm x: no node fits; pve1 is full',
      'free memory',
    ])
    expect(findingAndRemedy('all is well')).to.deep.equal(['all is well', undefined])
  })

  it('of a VM among its own range, and of a commit', () => {
    expect(ownName('JD-dc01', 'JD')).to.equal('dc01')
    expect(ownName('JD-', 'JD')).to.equal('JD-')
    expect(ownName('dc01', 'JD')).to.equal('dc01')
    expect(shortId('9f3c1e7a5200')).to.equal('9f3c1e7a')
  })

  it('of a commit that can be approved of, which a message names', () => {
    expect(approvableCommit('…; or, if this is meant, run lanista approve --commit 9f3c1e7a5200')).to.equal(
      '9f3c1e7a5200',
    )
    expect(approvableCommit('run lanista approve, or put the file back')).to.equal(undefined)
  })
})

describe('a search', () => {
  const ranges = madeUpViews({ ranges: 3, vmsEach: 6, nodes: 3, now: 0 }).flatMap((view) =>
    view.kind === 'Range' ? [view] : [],
  )
  const found = (asked: string): readonly string[] =>
    ranges.flatMap((range) => {
      const hit = findRange(range, asked)
      return hit === undefined ? [] : [`${hit.range.name}: ${hit.vms.length}`]
    })

  it('finds ranges by name and network, VMs by name, address, VMID and node, and all words must fit', () => {
    expect(found('')).to.deep.equal(['JD: 0', 'KT: 0', 'blue: 0'])
    expect(found('KT')).to.deep.equal(['KT: 0'])
    expect(found('10.1.20.11')).to.deep.equal(['JD: 1'])
    expect(found('blue file01')).to.deep.equal(['blue: 1'])
    expect(found('blue nobody')).to.deep.equal([])
  })
})
