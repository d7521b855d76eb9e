import { expect } from 'chai'
import { approveCommit } from '../../../controllers/commands/approve-commit.ts'
import { memoryCommitApprovals } from '../../builders/followed-files.ts'
import type { CommitApprovalStore, WaitingCommit } from '../../../model/accepted-commit.ts'

const WAITING: WaitingCommit = {
  commit: 'abcdef0123'.repeat(4),
  why: 'branch main of /r: commit abcdef012345 by Ann: rewritten',
}

describe('lanista approve --commit', () => {
  const answered = async (commit: string, answer: string | undefined, waiting: WaitingCommit | undefined = WAITING) => {
    let approved: string | undefined
    const lines: string[] = []
    const store: CommitApprovalStore = {
      asked: () => Promise.resolve(waiting),
      ask: () => Promise.resolve(),
      approved: () => Promise.resolve(approved),
      approve: (id) => {
        approved = id
        return Promise.resolve()
      },
      takeBack: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    }
    const waves = memoryCommitApprovals()
    const ask = answer === undefined ? undefined : () => Promise.resolve(answer)
    const status = await approveCommit(
      commit,
      { force: store, waves },
      { yes: false, print: (line) => lines.push(line), ask },
    )
    return { status, approved, text: lines.join('\n') }
  }

  it('shows why it waits, asks, and approves of exactly that commit', async () => {
    const { status, approved, text } = await answered('abcdef0', 'yes\n')
    expect({ status, approved }).to.deep.equal({ status: 0, approved: WAITING.commit })
    expect(text)
      .to.include(WAITING.why)
      .and.to.match(/unless the branch has moved on by then$/)
  })

  it('approves of nothing by another answer, of another commit, or when none waits', async () => {
    for (const { status, approved } of [
      await answered('abcdef0', 'y'),
      await answered('abcdef1', 'yes'),
      await answered('abcdef0', 'yes', { ...WAITING, commit: '1'.repeat(40) }),
    ])
      expect({ status, approved }).to.deep.equal({ status: 1, approved: undefined })
  })

  it('refuses what is no id, and to go on where nobody can be asked', async () => {
    for (const [commit, answer, words] of [
      ['abc', 'yes', /seven of its digits/],
      ['HEAD', 'yes', /no id of a commit/],
      ['abcdef0', undefined, /there is no terminal/],
    ] as const) {
      const said = await answered(commit, answer).then(
        () => '',
        (error: unknown) => String(error),
      )
      expect(said, commit).to.match(words)
    }
  })
})
