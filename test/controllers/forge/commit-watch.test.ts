import { expect } from 'chai'
import { CommitWatch } from '../../../controllers/forge/commit-watch.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import type { Revision } from '../../../model/revision.ts'
import { rangeStatus } from '../../builders/status.ts'

const [A, B, C] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]
const revision = (digest: string, commit: string): Revision => ({
  digest,
  commit: { id: commit, author: 'Ann', at: '', subject: '' },
})
/** A range that is Ready with what that commit brought. */
const readyAt = (id: string, commit: string, digest = `${id} of ${commit}`): RangeStatus => {
  const seen = revision(digest, commit)
  return { ...rangeStatus(id, []), revisions: { seen, actedOn: seen, reached: seen, held: undefined } }
}

describe('which commits a forge is told of', () => {
  let inForce: string | undefined
  let board: Map<string, RangeStatus>
  /** What files say now, where that is not what is told on the board. */
  let said: Map<string, Revision>
  let watch: CommitWatch
  beforeEach(() => {
    inForce = A
    ;[board, said] = [new Map(), new Map()]
    watch = new CommitWatch({
      git: () => ({
        url: '',
        branch: '',
        path: '',
        commit:
          inForce === undefined
            ? undefined
            : { id: inForce, author: '', at: '', subject: '', acceptedAt: '2026-01-01' },
        finding: undefined,
        askedAt: undefined,
      }),
      ids: () => Promise.resolve([...board.keys()]),
      statuses: () => [...board.values()],
      seen: (id) => Promise.resolve(said.get(id) ?? board.get(id)?.revisions?.seen),
      name: 'lanista',
      apiUrls: () => [],
    })
  })
  const set = (status: RangeStatus): void => {
    board.set(status.id, status)
    said.delete(status.id)
  }
  const told = async (): Promise<readonly string[]> =>
    (await watch.wanted()).map(({ commit, context, state }) => `${commit[0]} ${context} ${state}`)

  it('are the one in force, and none of those before this life', async () => {
    watch.fileChanged('JD')
    set(readyAt('JD', A))
    set(readyAt('SL', B))
    expect(await told()).to.deep.equal(['a lanista success', 'a lanista/JD success'])
    inForce = undefined
    expect(await told()).to.not.include('a lanista success')
  })

  it('are those that came in force together, too', async () => {
    set(readyAt('JD', A))
    set(readyAt('SL', A))
    await told()
    inForce = C
    for (const id of ['JD', 'SL']) watch.fileChanged(id)
    set(readyAt('JD', B))
    set(readyAt('SL', C))
    expect(await told()).to.have.members(['c lanista success', 'b lanista/JD success', 'c lanista/SL success'])
  })

  it('are not called reached by what was told of a file before it changed', async () => {
    set(readyAt('JD', A))
    expect(await told()).to.include('a lanista success')
    inForce = C
    said.set('JD', revision('new', C))
    watch.fileChanged('JD')
    expect(await told()).to.include('c lanista pending')
    board.set('JD', readyAt('JD', A))
    expect(await told()).to.include('c lanista pending')
    set(readyAt('JD', C))
    expect(await told()).to.have.members(['c lanista success', 'c lanista/JD success'])
  })

  it('are the 20 newest', async () => {
    set(readyAt('JD', A))
    await told()
    for (let count = 0; count < 40; count += 1) {
      inForce = String(count).padStart(40, '0')
      watch.fileChanged('JD')
      board.set(`R${count}`, readyAt(`R${count}`, inForce))
      set(readyAt('JD', inForce))
      await told()
    }
    expect(new Set((await watch.wanted()).map(({ commit }) => commit)).size).to.equal(20)
  })
})
