import { expect } from 'chai'
import { commitProvenance } from '../../../controllers/git/commit-provenance.ts'
import type { AcceptedCommit } from '../../../model/accepted-commit.ts'
import { descentToCheck, doubtsOf } from '../../../reconcilers/prune/doubt-file.ts'
import type { FolderIdentity } from '../../../model/prune.ts'

const accepted = (commit: string, ...line: readonly string[]): AcceptedCommit => ({
  source: 's',
  commit,
  files: 1,
  trusted: false,
  acceptedAt: '',
  line: [...line, commit],
})
const PLACE = { source: 's', origin: 'o', branch: 'main' }

describe('what tells range files of a repository from others', () => {
  const doubts = async (before: FolderIdentity, now: AcceptedCommit, place = PLACE): Promise<readonly string[]> => {
    const provenance = commitProvenance(place, () => now)
    const folder = await provenance.identity()
    const descent = descentToCheck(before, folder)
    const follows = descent === undefined || (await provenance.follows(descent.commit, descent.ancestor))
    return doubtsOf({ rangeId: 'JD', names: [], folder: before, emptied: false, unread: false }, folder, follows)
  }

  it('leaves no doubt about a file that a commit deleted which followed, however many came in between', async () => {
    const before = await commitProvenance(PLACE, () => accepted('a')).identity()
    expect(await doubts(before, accepted('a'))).to.deep.equal([])
    expect(await doubts(before, accepted('d', 'a', 'b', 'c'))).to.deep.equal([])
  })

  it('doubts after a rewrite that a person approved of, and with another branch, folder or repository', async () => {
    const before = await commitProvenance(PLACE, () => accepted('a')).identity()
    expect(await doubts(before, accepted('x'))).to.have.length(1)
    expect(await doubts(before, accepted('a'), { ...PLACE, branch: 'other' })).to.have.length(1)
    expect(await doubts(before, accepted('a'), { ...PLACE, origin: 'other' })).to.have.length(1)
    expect(await doubts(before, accepted('a'), { ...PLACE, source: 'other' })).to.have.length(1)
  })

  it('is not known while nothing is in force', async () => {
    const failed = await commitProvenance(PLACE, () => undefined)
      .identity()
      .then(
        () => 'told',
        (error: unknown) => String(error),
      )
    expect(failed).to.match(/no commit is in force/)
  })
})
