import { expect } from 'chai'
import { RemovedFiles } from '../../../controllers/git/removed-files.ts'
import type { Commit, CommitFile, CommitSnapshot } from '../../../model/commit-snapshot.ts'
import type { SeenFile } from '../../../model/prune.ts'
import { removal } from '../../builders/file-removal.ts'

const commit = (id: string): Commit => ({ id, parents: [], tree: '', author: 'Ann', at: 0, subject: id })
const file = (id: string): CommitFile => ({
  id,
  path: `${id}.yml`,
  misnamed: false,
  look: 'x',
  content: { kind: 'folder' },
})
/** @param by which commit changed which range */
const snapshot = (id: string, ids: readonly string[], by: Readonly<Record<string, string>> = {}): CommitSnapshot => ({
  commit: commit(id),
  files: ids.map(file),
  changes: Object.entries(by).map(([rangeId, each]) => ({ rangeId, commit: commit(each) })),
})
const seen = (rangeId: string, head: string, traits: Partial<SeenFile> = {}): SeenFile => ({
  rangeId,
  names: [],
  folder: { place: 'git:s', born: undefined, git: { kind: 'known', branch: 'main', origin: 'o', head } },
  emptied: false,
  unread: false,
  ...traits,
})

describe('who removed which file', () => {
  let inForce: CommitSnapshot
  let line: readonly string[]
  let removed: RemovedFiles
  const goes = (after: CommitSnapshot, follows = true, commits: number | undefined = 1): void => {
    removed.succeeded({ before: inForce, after, follows, commits })
    inForce = after
    line = follows ? [...line, after.commit.id] : [after.commit.id]
  }
  const told = (...files: readonly SeenFile[]) =>
    Object.fromEntries(
      [...removed.of(files)].map(([id, { by, after, upTo, ranges, rewritten }]) => [
        id,
        `${by?.id ?? '?'} ${after}..${upTo.id} ${ranges}${rewritten ? ' rewritten' : ''}`,
      ]),
    )
  beforeEach(() => {
    inForce = snapshot('a', ['JD', 'KT', 'MN'])
    line = ['a']
    removed = new RemovedFiles({
      place: 'git:s',
      commit: () => inForce.commit,
      accepted: () => ({ source: 's', commit: inForce.commit.id, files: 0, trusted: false, acceptedAt: '', line }),
    })
  })

  it('is remembered over commits that have nothing to do with it, until the file is back', () => {
    goes(snapshot('c', ['MN'], { JD: 'b', KT: 'c' }), true, 2)
    goes(snapshot('d', ['MN'], { MN: 'd' }))
    expect(told(seen('JD', 'a'), seen('KT', 'a'))).to.deep.equal({ JD: 'b a..c 2', KT: 'c a..c 2' })
    goes(snapshot('e', ['JD', 'MN'], { JD: 'e' }))
    goes(snapshot('f', ['MN'], { JD: 'f' }))
    expect(told(seen('JD', 'a'), seen('KT', 'a'))).to.deep.equal({ JD: 'f e..f 1', KT: 'c a..c 2' })
    expect(removed.inForce()).to.equal('f')
  })

  it('is nobody where only the case of a name changed, and counts no file whose name is no range id', () => {
    inForce = { ...inForce, files: [...inForce.files, { ...file('%odd'), misnamed: true }] }
    goes(snapshot('b', ['jd', 'MN'], { KT: 'b', JD: 'b', jd: 'b' }))
    expect(told(seen('JD', 'b'), seen('KT', 'a'))).to.deep.equal({ KT: 'b a..b 1' })
    goes(snapshot('c', ['MN'], { jd: 'c' }))
    expect(told(seen('jd', 'b'), seen('KT', 'a'))).to.deep.equal({ jd: 'c b..c 1', KT: 'b a..b 1' })
    goes(snapshot('d', ['Jd', 'MN'], { Jd: 'd' }))
    goes(snapshot('e', ['MN'], { Jd: 'e' }))
    expect(told(seen('jd', 'b')), 'not what removed it before').to.deep.equal({ jd: '? b..e 1' })
  })

  it('is one of those in between where nobody found it out, and where an earlier life did not tell', () => {
    goes(snapshot('c', ['MN']), true, undefined)
    expect(told(seen('JD', 'a'))).to.deep.equal({ JD: '? a..c 2' })
    const before = seen('XX', 'a')
    expect(told(before, seen('YY', 'a'), seen('ZZ', 'lost'))).to.deep.equal({
      XX: '? a..c 2',
      YY: '? a..c 2',
      ZZ: '? lost..c 1 rewritten',
    })
    expect(told({ ...before, removal: removal('b') }), 'it is remembered').to.deep.equal({})
    expect(told(seen('XX', 'c'), { ...before, folder: undefined }), 'nobody saw it').to.deep.equal({})
    expect(told({ ...before, folder: { place: 'git:other', born: undefined, git: before.folder?.git } })).to.deep.equal(
      {},
    )
  })

  it('is nobody of those that a rewritten history has not', () => {
    goes(snapshot('x', ['KT'], { JD: 'y' }), false, undefined)
    expect(told(seen('JD', 'a'))).to.deep.equal({ JD: '? a..x 2 rewritten' })
  })
})
