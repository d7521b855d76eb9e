import { expect } from 'chai'
import type { FolderIdentity, GitState, SeenFile } from '../../../model/prune.ts'
import { descentToCheck, doubtsOf } from '../../../reconcilers/prune/doubt-file.ts'

const MAIN = { kind: 'known', branch: 'main', origin: 'o1', head: 'a'.repeat(40) } as const
const folder = (git?: GitState, traits: Partial<FolderIdentity> = {}): FolderIdentity => ({
  place: '1:2',
  born: '5',
  git,
  ...traits,
})
const file = (seenIn: FolderIdentity | undefined, traits: Partial<SeenFile> = {}): SeenFile => ({
  rangeId: 'JD',
  names: [],
  folder: seenIn,
  emptied: false,
  unread: false,
  ...traits,
})

describe('the doubt about a file that is gone', () => {
  const untold = { kind: 'untold', why: 'there is no git on this machine; install it' } as const
  const cases: readonly (readonly [string, SeenFile, FolderIdentity, boolean, readonly RegExp[]])[] = [
    ['none in the same folder', file(folder()), folder(), false, []],
    ['none in the same working tree', file(folder(MAIN)), folder(MAIN), false, []],
    ['none after a commit', file(folder(MAIN)), folder({ ...MAIN, head: 'b' }), true, []],
    [
      'none where the birth of the folder is not known',
      file(folder()),
      folder(undefined, { born: undefined }),
      false,
      [],
    ],
    [
      'a range that nobody watched',
      file(undefined),
      folder(),
      false,
      [/^nobody watched the folder when the file of JD went$/],
    ],
    ['an empty folder', file(folder(), { emptied: true }), folder(), false, [/no valid range file at all/]],
    ['an unreadable folder', file(folder(), { unread: true }), folder(), false, [/could not be read/]],
    [
      'another folder',
      file(folder()),
      folder(undefined, { place: '1:3' }),
      false,
      [/replaced by another of the same name/],
    ],
    [
      'another folder with the same inode',
      file(folder()),
      folder(undefined, { born: '6' }),
      false,
      [/replaced by another/],
    ],
    ['no working tree any more', file(folder(MAIN)), folder(), false, [/and is in none/]],
    ['a working tree that came', file(folder()), folder(MAIN), false, [/was in no Git working tree and is in one/]],
    [
      'another branch',
      file(folder(MAIN)),
      folder({ ...MAIN, branch: 'dev', head: 'b' }),
      true,
      [/its Git branch was main and is dev/],
    ],
    ['no branch', file(folder(MAIN)), folder({ ...MAIN, branch: undefined }), true, [/was main and is none/]],
    [
      'another origin',
      file(folder(MAIN)),
      folder({ ...MAIN, origin: 'o2' }),
      true,
      [/origin of its Git repository changed/],
    ],
    [
      'a commit that does not follow',
      file(folder(MAIN)),
      folder({ ...MAIN, head: 'b'.repeat(40) }),
      false,
      [/its Git revision b{12}… does not follow from a{12}…, as after a reset or a force-push/],
    ],
    ['git that does not tell', file(folder(MAIN)), folder(untold), false, [/git does not tell.*: there is no git/]],
    ['git that did not tell', file(folder(untold)), folder(MAIN), true, [/git does not tell/]],
  ]
  for (const [what, seen, now, follows, doubts] of cases)
    it(`is for ${what}`.replace('is for none', 'is none'), () => {
      const found = doubtsOf(seen, now, follows)
      expect(found, found.join('; ')).to.have.length(doubts.length)
      for (const [index, doubt] of doubts.entries()) expect(found[index]).to.match(doubt)
    })

  it('asks git for descent only where the commit is another one', () => {
    const next = folder({ ...MAIN, head: 'b' })
    expect(descentToCheck(folder(MAIN), next)).to.deep.equal({ commit: 'b', ancestor: MAIN.head })
    expect(descentToCheck(folder(MAIN), folder(MAIN))).to.equal(undefined)
    expect(descentToCheck(folder(), next)).to.equal(undefined)
    expect(descentToCheck(undefined, next)).to.equal(undefined)
  })
})
