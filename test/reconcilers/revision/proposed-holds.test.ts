import { expect } from 'chai'
import type { CommitFile, CommitSnapshot } from '../../../model/commit-snapshot.ts'
import { type ProposedRange, proposedHolds } from '../../../reconcilers/revision/proposed-holds.ts'

const fileOf = (id: string, look: string): CommitFile => ({
  id,
  path: `${id}.yml`,
  misnamed: false,
  look,
  content: { kind: 'bytes', bytes: new Uint8Array() },
})
const snapshotOf = (looks: Readonly<Record<string, string>>): CommitSnapshot => ({
  commit: { id: 'c'.repeat(40), parents: [], tree: '', author: 'Ann', at: 0, subject: '' },
  files: Object.entries(looks).map(([id, look]) => fileOf(id, look)),
})
const rangeOf = (rangeId: string, wave: number, broken?: ProposedRange['broken']): ProposedRange => ({
  rangeId,
  wave,
  broken,
})

describe('what would hold a proposed commit back', () => {
  const inForce = snapshotOf({ AA: '1', BB: '1', CC: '1' })

  it('is an earlier wave that it changes, for ranges that it changes', () => {
    const ranges = [rangeOf('AA', 0), rangeOf('BB', 1), rangeOf('CC', 2)]
    const holds = (looks: Readonly<Record<string, string>>): readonly string[] =>
      proposedHolds({ inForce, files: snapshotOf(looks), ranges, hasFreeze: false })
    expect(holds({ AA: '2', BB: '1', CC: '2' })).to.deep.equal([
      'range CC (wave 2): what this commit changes there would wait until the ranges of each earlier wave are Ready with it; it is planned as if nothing waited',
    ])
    expect(holds({ AA: '2', BB: '2', CC: '2' })[0]).to.match(/^ranges BB \(wave 1\), CC \(wave 2\): /)
    // Nothing of an earlier wave is changed, or nothing at all.
    for (const looks of [
      { AA: '1', BB: '2', CC: '1' },
      { AA: '1', BB: '1', CC: '1' },
    ])
      expect(holds(looks)).to.deep.equal([])
  })

  it('is not a range that is broken: it keeps what was good, and holds later waves', () => {
    const ranges = [rangeOf('AA', 0, 'kept'), rangeOf('BB', 1), rangeOf('CC', 0, 'new')]
    const files = snapshotOf({ AA: '2', BB: '2', CC: '2' })
    expect(proposedHolds({ inForce, files, ranges, hasFreeze: true }).map((each) => each.split(';')[0])).to.deep.equal([
      'range AA: the file is broken in this commit',
      'range CC: the file is broken in this commit, and there is no good one before',
      'range BB (wave 1): what this commit changes there would wait until the ranges of each earlier wave are Ready with it',
      'freeze windows (lanista.freeze) are not looked at: while one is open, what it holds waits',
    ])
  })

  it('names no more ranges than fit a sentence', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `R${index}`)
    const files = snapshotOf(Object.fromEntries([...ids, 'AA'].map((id) => [id, '2'])))
    const ranges = [rangeOf('AA', 0), ...ids.map((id) => rangeOf(id, 1))]
    const [first = ''] = proposedHolds({ inForce: undefined, files, ranges, hasFreeze: false })
    expect(first).to.match(/ and 950 more: /)
    expect(first.length).to.be.below(2000)
  })
})
