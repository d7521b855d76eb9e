import { expect } from 'chai'
import type { CommitSnapshot } from '../../../model/commit-snapshot.ts'
import { putTogether } from '../../../reconcilers/git/put-together.ts'

/** Name -> content, a letter. */
const commit = (id: string, files: Readonly<Record<string, string>>): CommitSnapshot => ({
  commit: { id, parents: [], tree: 'f', author: 'Ann', at: 0, subject: id },
  files: Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, look]) => ({
      id: name,
      path: `ranges/${name}.yml`,
      misnamed: false,
      look,
      content: { kind: 'bytes', bytes: new Uint8Array() },
    })),
})

const BASE = commit('base', {
  same: 'a',
  theirs: 'a',
  ours: 'a',
  both: 'a',
  alike: 'a',
  gone: 'a',
  lost: 'a',
  torn: 'a',
})
const IN_FORCE = commit('in force', {
  same: 'a',
  theirs: 'b',
  ours: 'a',
  both: 'b',
  alike: 'b',
  gone: 'a',
  added: 'a',
  torn: 'b',
})
const PROPOSED = commit('proposed', { same: 'a', theirs: 'a', ours: 'c', both: 'c', alike: 'b', lost: 'a', fresh: 'a' })

describe('putTogether', () => {
  it('keeps what others have done since, takes what the proposed one does, and tells what both have changed', () => {
    const { snapshot, both } = putTogether(BASE, IN_FORCE, PROPOSED)
    expect(snapshot.commit.id).to.equal('proposed')
    expect(Object.fromEntries(snapshot.files.map(({ id, look }) => [id, look]))).to.deep.equal({
      same: 'a',
      theirs: 'b',
      ours: 'c',
      both: 'c',
      alike: 'b',
      added: 'a',
      fresh: 'a',
    })
    expect(both).to.deep.equal(['ranges/both.yml', 'ranges/torn.yml'])
  })

  it('is the one that is ahead where the other has changed nothing', () => {
    expect(putTogether(BASE, BASE, PROPOSED).snapshot.files).to.deep.equal(PROPOSED.files)
    expect(putTogether(BASE, IN_FORCE, BASE).snapshot.files).to.deep.equal(IN_FORCE.files)
  })
})
