import { expect } from 'chai'
import { fileGone, overBudget } from '../../../reconcilers/prune/removal-words.ts'
import { removal, stamp } from '../../builders/file-removal.ts'

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)]
const bySeveral = { by: undefined, after: A, upTo: stamp(B, 'Tidy') }

describe('the words for a file that is gone', () => {
  const cases = [
    [undefined, 'its file is gone'],
    [
      removal(B, { by: stamp(B, 'Remove JD') }),
      'its file was removed by commit bbbbbbbbbbbb by Ann <ann@example.org> (Remove JD)',
    ],
    [removal(B, { by: { ...stamp(B, ''), author: '' } }), 'its file was removed by commit bbbbbbbbbbbb by nobody'],
    [
      removal(B, { ...bySeveral, commits: 1203 }),
      'its file was removed by one of the 1203 commits since aaaaaaaaaaaa, the last of them bbbbbbbbbbbb by Ann <ann@example.org> (Tidy)',
    ],
    [
      removal(B, { ...bySeveral, commits: undefined }),
      'its file was removed by one of the commits since aaaaaaaaaaaa, the last of them bbbbbbbbbbbb by Ann <ann@example.org> (Tidy)',
    ],
    [
      removal(B, { ...bySeveral, rewritten: true }),
      'its file is not in commit bbbbbbbbbbbb by Ann <ann@example.org> (Tidy), which does not follow from aaaaaaaaaaaa, where it was',
    ],
  ] as const
  for (const [given, words] of cases) it(`are "${words}"`, () => expect(fileGone(given)).to.equal(words))

  it('hold no more of what a commit says than fits, and nothing that is not printable', () => {
    const said = fileGone(removal(B, { by: { ...stamp(B, 'x'.repeat(5000)), author: 'Eve\u001b[2J\nroot' } }))
    expect(said.length).to.be.below(300)
    expect(said).to.match(/^[\x20-\x7e…\ufffd\u{241b}\u{240a}\\]*$/u)
  })

  it('name the commit that removed too much, or what came with it', () => {
    expect(overBudget(removal(B, { ranges: 2 }), 2)).to.equal(undefined)
    expect(overBudget(undefined, 0)).to.equal(undefined)
    expect(overBudget(removal(B, { by: stamp(B, 'Tidy'), ranges: 2 }), 1)).to.equal(
      'commit bbbbbbbbbbbb by Ann <ann@example.org> (Tidy) removed the files of 2 ranges; lanista.prune.budget is 1',
    )
    expect(overBudget(removal(B, { ...bySeveral, commits: 3, ranges: 2 }), 1)).to.equal(
      'what came with commit bbbbbbbbbbbb by Ann <ann@example.org> (Tidy) after aaaaaaaaaaaa removed the files of 2 ranges; lanista.prune.budget is 1',
    )
  })
})
