import { expect } from 'chai'
import { CommitSource } from '../../../adapters/range-files/commit-source.ts'
import { Accepting } from '../../../controllers/git/accepting.ts'
import type { AcceptedCommit } from '../../../model/accepted-commit.ts'
import type { Commit } from '../../../model/commit-snapshot.ts'
import type { RangeRepository, SignatureVerdict } from '../../../model/git-ports.ts'
import { memoryCommitApprovals } from '../../builders/followed-files.ts'
import { quiet } from '../../builders/quiet.ts'

const commit = (id: string): Commit => ({ id, parents: [], tree: '', author: 'Ann', at: 0, subject: id })

describe('the acceptance of commits', () => {
  const signal = new AbortController().signal
  /** A head `d` on top of `a`, with all commits in between to be trusted. @param bad those whose signatures are not good */
  const open = (bad: Set<string>) => {
    const looked: string[][] = []
    let accepted: AcceptedCommit = { source: 's', commit: 'a', files: 0, trusted: true, acceptedAt: '', line: ['a'] }
    const repository: RangeRepository = {
      remoteHead: () => Promise.resolve('d'),
      bring: () =>
        Promise.resolve({
          commit: commit('d'),
          descent: { kind: 'follows', since: ['d', 'c', 'b'] },
          files: { kind: 'files', snapshot: { commit: commit('d'), files: [] } },
        }),
      named: () => Promise.reject(new Error('nobody asks')),
      meeting: () => Promise.reject(new Error('nobody asks')),
      changes: () => Promise.reject(new Error('not to be found out')),
      verdicts: (ids) => {
        looked.push([...ids])
        const result = (id: string): SignatureVerdict['result'] =>
          bad.has(id)
            ? { kind: 'unsigned', key: undefined, detail: undefined }
            : { kind: 'good', signer: 'Ann', key: 'k' }
        return Promise.resolve(ids.map((id) => ({ commit: commit(id), result: result(id) })))
      },
      read: () => Promise.resolve({ commit: commit('a'), files: [] }),
      keep: () => Promise.resolve(),
      startAnew: () => Promise.resolve(),
      goBack: () => Promise.resolve(false),
    }
    const accepting = new Accepting({
      place: { url: 'u', branch: 'main', path: '', mode: 'every', source: 's' },
      repository,
      store: {
        read: () => Promise.resolve(accepted),
        write: async (next) => {
          accepted = next
        },
      },
      approvals: memoryCommitApprovals(),
      sink: new CommitSource(''),
      clock: { now: () => 0 },
      logger: quiet,
      onStatus: () => undefined,
    })
    const poll = async (): Promise<string | undefined> => {
      looked.length = 0
      await accepting.poll(signal)
      return accepting.status.finding?.message
    }
    return { poll, looked, inForce: () => accepting.status.commit?.id }
  }

  it('looks again at the one commit that is not trusted, and at all once that one is', async () => {
    const bad = new Set(['b'])
    const { poll, looked, inForce } = open(bad)
    const first = await poll()
    expect(first).to.match(/b by Ann \(b\) before it is not signed/)
    expect(looked).to.deep.equal([['d', 'c', 'b']])
    expect([await poll(), looked]).to.deep.equal([first, [['b']]])
    bad.clear()
    bad.add('c')
    expect(await poll()).to.match(/c by Ann \(c\) before it is not signed/)
    expect(looked).to.deep.equal([['b'], ['d', 'c', 'b']])
    expect(inForce()).to.equal('a')
    bad.clear()
    expect(await poll()).to.equal(undefined)
    expect(looked, 'none is trusted by what was looked at before').to.deep.equal([['c'], ['d', 'c', 'b']])
    expect(inForce(), 'also when nobody can tell who changed what').to.equal('d')
  })
})
