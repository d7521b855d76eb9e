import { expect } from 'chai'
import { viewOf } from '../../../adapters/range-files/commit-source.ts'
import type { RangeSource } from '../../../adapters/range-files/range-source.ts'
import { type RangeContent, rangeContents } from '../../../controllers/commands/range-contents.ts'
import { openFilesInForce } from '../../../controllers/revisions/followed-files.ts'
import type { Commit, CommitSnapshot } from '../../../model/commit-snapshot.ts'
import { freezeSection } from '../../../model/freeze/freeze-section.ts'
import { followedSource } from '../../builders/followed-files.ts'
import { quiet } from '../../builders/quiet.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const commit = (id: string, subject: string): Commit => ({
  id: id.repeat(40),
  parents: [],
  tree: id.repeat(40),
  author: 'Ann <ann@example.org>',
  at: 0,
  subject,
})
const GOOD = rangeText([{ name: 'a', vlan: 10, octet: 11 }])
const OTHER = rangeText([{ name: 'b', vlan: 10, octet: 12 }])

/** Files of commits that are followed as a running Lanista does, and told as another process sees them that only looks. */
function open() {
  let snapshot: CommitSnapshot | undefined
  const source: RangeSource = {
    view: () => {
      if (snapshot === undefined) throw new Error('nothing is in force')
      return Promise.resolve(viewOf(snapshot))
    },
    watch: () => Promise.resolve(),
  }
  const followed = followedSource(source, { areCommits: true })
  let frozen = false
  const running = openFilesInForce(
    followed,
    {
      freeze: () => (frozen ? freezeSection.parse([{ name: 'exam', from: '1969-01-01', until: '1971-01-01' }]) : []),
      isLeft: () => Promise.resolve(false),
      isThere: () => Promise.resolve(false),
      clock: { now: () => 0, sleep: () => new Promise(() => undefined) },
      logger: quiet,
    },
    true,
  )
  return {
    freeze: () => (frozen = true),
    /** @param changes of which ranges it is known that this commit changed them */
    accept: async (id: string, files: Readonly<Record<string, string>>, changes?: readonly string[]): Promise<void> => {
      const by = commit(id, `commit ${id}`)
      snapshot = {
        commit: by,
        files: Object.entries(files).map(([range, text]) => ({
          id: range,
          path: `ranges/${range}.yml`,
          misnamed: false,
          look: text,
          content: { kind: 'bytes', bytes: new TextEncoder().encode(text) },
        })),
        changes: changes?.map((rangeId) => ({ rangeId, commit: by })),
      }
      for (const range of Object.keys(files)) await running.read(range)
      // What only looks reads the same files, and knows of no changes.
      snapshot = { ...snapshot, changes: undefined }
    },
    seenBy: async (held: ReadonlyMap<string, string> = new Map()): Promise<readonly string[]> =>
      (await rangeContents(followed, { held })).map(inWords),
  }
}

const inWords = ({ rangeId, spec, source, commit: by, orEarlier, newer }: RangeContent): string =>
  `${rangeId} ${spec?.vms[0]?.name ?? 'nothing'} in ${source} by ${by?.subject}${orEarlier ? ' or earlier' : ''}${newer === undefined ? '' : `; ${newer}`}`

describe('what is acted on of range files, as who only looks sees it', () => {
  it('is of the commit that brought it; of what was there first an earlier one may be', async () => {
    const { accept, seenBy } = open()
    await accept('a', { JD: GOOD, KT: GOOD })
    await accept('b', { JD: OTHER, KT: GOOD }, ['JD'])
    await accept('c', { JD: OTHER, KT: GOOD }, [])
    expect(await seenBy()).to.deep.equal([
      'JD JD-b in ranges/JD.yml by commit b',
      'KT KT-a in ranges/KT.yml by commit a or earlier',
    ])
  })

  it('is the last good content while a newer one is broken, and says whose that is and where', async () => {
    const { accept, seenBy } = open()
    await accept('a', { JD: GOOD })
    await accept('b', { JD: OTHER }, ['JD'])
    await accept('c', { JD: OTHER.replace('vlan: 10', 'vlan: x') }, ['JD'])
    const [told] = await seenBy()
    expect(told).to.match(
      /^JD JD-b in ranges\/JD\.yml by commit b; what the file says now \(commit cccccccccccc by Ann <ann@example.org>: commit c\) is not valid: ranges\/JD\.yml:\d+:\d+: /,
    )
  })

  it('is the one before while a newer one is held back, and says what holds it', async () => {
    const { accept, freeze, seenBy } = open()
    await accept('a', { JD: GOOD })
    freeze()
    await accept('b', { JD: OTHER }, ['JD'])
    expect(await seenBy(new Map([['JD', 'changes are frozen until tomorrow']]))).to.deep.equal([
      'JD JD-a in ranges/JD.yml by commit a or earlier; the file says something else now (commit bbbbbbbbbbbb by Ann <ann@example.org>: commit b), which is not acted on: changes are frozen until tomorrow',
    ])
  })

  it('is nothing of a file that never was valid, or that is gone', async () => {
    const { accept, seenBy } = open()
    await accept('a', { JD: GOOD, BAD: 'ludus: 5\n' })
    await accept('b', { BAD: 'ludus: 5\n' }, ['JD'])
    const told = await seenBy()
    expect(told[0]).to.match(
      /^BAD nothing in ranges\/BAD\.yml by commit a or earlier; what the file says now .* is not valid/,
    )
    expect(told.slice(1).join('\n')).not.to.match(/JD-b/)
  })
})
