import { expect } from 'chai'
import fc from 'fast-check'
import { whoChanged } from '../../../adapters/git/who-changed.ts'
import { runs } from '../../runner/long-runs.ts'

/** New commits with their parents, the head first, and how a range looks in each and in the commits before them. */
type History = readonly (readonly [commit: string, look: string, ...parents: readonly string[]])[]
const who = (history: History, before: Readonly<Record<string, string>>): string | undefined => {
  const looks: Readonly<Record<string, string>> = {
    ...before,
    ...Object.fromEntries(history.map(([id, look]) => [id, look])),
  }
  const parents = new Map(history.map(([id, , ...each]) => [id, each]))
  return whoChanged({ head: history[0]?.[0] ?? '', parents }, (id) => looks[id] || undefined)
}

describe('who changed a range last', () => {
  const cases: readonly (readonly [string, History, Readonly<Record<string, string>>, string | undefined])[] = [
    ['is the one new commit', [['c', '2', 'a']], { a: '1' }, 'c'],
    [
      'is the one that removed it, not those after it',
      [
        ['d', '', 'c'],
        ['c', '', 'b'],
        ['b', '1', 'a'],
      ],
      { a: '1' },
      'c',
    ],
    [
      'is the latest of several',
      [
        ['d', '3', 'c'],
        ['c', '2', 'b'],
        ['b', '9', 'a'],
      ],
      { a: '1' },
      'd',
    ],
    [
      'is on the side that a merge took',
      [
        ['m', '2', 'a', 's'],
        ['s', '2', 'r'],
        ['r', '1', 'a'],
      ],
      { a: '1' },
      's',
    ],
    [
      'is on the side that a merge took, from before the commit in force',
      [
        ['m', '', 'a', 's'],
        ['s', '', 'f'],
      ],
      { a: '1', f: '1' },
      's',
    ],
    [
      'is the merge where a conflict was resolved in it',
      [
        ['m', '4', 'a', 's'],
        ['s', '3', 'f'],
      ],
      { a: '2', f: '1' },
      'm',
    ],
    [
      'is the merge that took a side on which nothing new did it',
      [
        ['m', '1', 'a', 's'],
        ['s', '1', 'f'],
      ],
      { a: '2', f: '1' },
      'm',
    ],
    [
      'is the merge that left out what the side of the commit in force had',
      [
        ['m', '', 's', 'a'],
        ['s', '', 'f'],
      ],
      { a: '1', f: '' },
      'm',
    ],
    [
      'is the commit on either side that both have done, by the first',
      [
        ['m', '', 'b', 's'],
        ['b', '', 'a'],
        ['s', '', 'a'],
      ],
      { a: '1' },
      'b',
    ],
    [
      'is the commit that a merge of unrelated histories brought',
      [
        ['m', '5', 'a', 'r'],
        ['r', '5'],
      ],
      { a: '' },
      'r',
    ],
    ['is nobody where nothing changed', [['c', '1', 'a']], { a: '1' }, undefined],
  ]
  for (const [what, history, before, expected] of cases) it(what, () => expect(who(history, before)).to.equal(expected))

  it('is a new commit that has a parent with something else, whatever the history, unless nothing changed', () => {
    const look = fc.constantFrom('', '1', '2')
    const anyHistory = fc
      .tuple(look, look, fc.array(fc.tuple(look, fc.nat(), fc.option(fc.nat())), { minLength: 1, maxLength: 12 }))
      .map(([accepted, old, made]) => {
        // Each has the one before as a parent, so that the last one follows from the commit in force, and perhaps another.
        const ids = ['old', 'accepted']
        const history = made.map(([own, first, second], index) => {
          const id = `c${index}`
          const others = second === null ? [] : [ids[second % ids.length] ?? '']
          const parents = [ids.at(-1) ?? '', ...others]
          ids.push(id)
          return [id, own, ...(first % 2 === 0 ? parents : parents.toReversed())] as const
        })
        return { history: history.toReversed(), before: { old, accepted } }
      })
    fc.assert(
      fc.property(anyHistory, ({ history, before }) => {
        const found = who(history, before)
        const looks = new Map<string, string>([
          ...Object.entries(before),
          ...history.map(([id, own]) => [id, own] as const),
        ])
        const [, head] = history[0] ?? []
        if (head === before.accepted) return
        expect(looks.get(found ?? '')).to.equal(head)
        const [, , ...parents] = history.find(([id]) => id === found) ?? []
        expect(parents.some((parent) => looks.get(parent) !== head)).to.equal(true)
      }),
      { numRuns: runs(2000) },
    )
  })

  it('is found over a thousand commits in a row, and over a thousand merges of the same two', () => {
    const row = Array.from({ length: 1000 }, (_, at) => [`c${at}`, '', at === 999 ? 'a' : `c${at + 1}`] as const)
    expect(who(row, { a: '1' })).to.equal('c999')
    const merges = Array.from({ length: 500 }, (_, at) => [
      [`m${at}`, '', `s${at}`, `t${at}`] as const,
      [`s${at}`, '', at === 499 ? 'a' : `m${at + 1}`] as const,
      [`t${at}`, '', at === 499 ? 'a' : `m${at + 1}`] as const,
    ]).flat()
    expect(who(merges, { a: '1' })).to.equal('s499')
  })
})
