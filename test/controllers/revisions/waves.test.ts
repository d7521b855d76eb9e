import { expect } from 'chai'
import { openFilesInForce } from '../../../controllers/revisions/followed-files.ts'
import type { FilesInForce } from '../../../controllers/revisions/files-in-force.ts'
import { type Commits, commits } from '../../builders/commits.ts'
import { memoryCommitApprovals } from '../../builders/followed-files.ts'
import { quiet, settled } from '../../builders/quiet.ts'

const file = (octet: number, wave = 0): string =>
  `ludus:\n  - { vm_name: a, hostname: a, template: t, vlan: 10, ip_last_octet: ${octet}, ram_gb: 1, cpus: 1, linux: true }\nludus_extensions: { lanista: { wave: ${wave} } }\n`

describe('waves of a commit', () => {
  let forge: Commits
  let files: FilesInForce
  let destroyed: () => Promise<readonly string[]>
  beforeEach(() => {
    destroyed = () => Promise.resolve([])
    forge = commits({ releases: memoryCommitApprovals() })
    files = openFilesInForce(
      forge.followed,
      {
        freeze: () => [],
        isLeft: async (rangeId) => (await destroyed()).includes(rangeId),
        isThere: () => Promise.resolve(true),
        clock: { now: () => Date.UTC(2026, 0, 1), sleep: () => new Promise<void>(() => undefined) },
        logger: quiet,
      },
      true,
    )
  })
  const held = async (id: string): Promise<string | undefined> => {
    const read = await files.read(id)
    return read.kind === 'absent' ? undefined : read.revisions?.held?.reason
  }
  const reach = async (id: string): Promise<void> => {
    const read = await files.read(id)
    const digest = read.kind === 'ok' ? read.revisions?.actedOn?.digest : undefined
    expect(files.reached(id, digest ?? ''), 'reached').not.to.equal(undefined)
  }

  it('wait for a range that goes back to what it was Ready with before', async () => {
    forge.push({ A: file(1), B: file(1, 1) })
    await reach('A')
    await reach('B')
    forge.push({ A: file(2), B: file(1, 1) })
    expect(await held('A')).to.equal(undefined)
    forge.push({ A: file(1), B: file(2, 1) })
    expect(await held('B'), 'before A was looked at').to.equal('WaveHeld')
    expect(await held('A')).to.equal(undefined)
    expect(await held('B'), 'while A is on its way').to.equal('WaveHeld')
    await reach('A')
    expect(await held('B')).to.equal(undefined)
  })

  it('are judged by the commit in force once what they wait for is known', async () => {
    forge.push({ A: file(1), B: file(1, 1) })
    await reach('A')
    const answers: ((ids: readonly string[]) => void)[] = []
    destroyed = () => new Promise((resolve) => answers.push(resolve))
    const early = files.read('B')
    await settled()
    forge.push({ A: file(1), B: file(2, 0) })
    await files.read('B')
    answers.forEach((answer) => answer([]))
    const read = await early
    expect(read.kind === 'ok' ? read.spec.vms[0]?.address.lastOctet : read.kind).to.equal(2)
    const again = await files.read('B')
    expect(again.kind === 'ok' ? again.spec.vms[0]?.address.lastOctet : again.kind).to.equal(2)
  })

  it('are told of the end of the one before by the time that is asked for', async () => {
    const told: string[] = []
    files.onRelease((id) => told.push(id))
    forge.push({ A: file(1), B: file(1, 1) })
    expect(await held('B')).to.equal('WaveHeld')
    destroyed = () => new Promise((resolve) => setTimeout(() => resolve([]), 5))
    await reach('A')
    await files.told()
    expect(told).to.deep.equal(['B'])
  })

  it('do not go on for an approval of another commit', async () => {
    const first = forge.push({ A: file(1), B: file(1, 1) })
    expect(await held('B')).to.equal('WaveHeld')
    await forge.followed.releases.approve(first)
    forge.push({ A: file(1), B: file(2, 1) })
    expect(await held('B')).to.equal('WaveHeld')
    // Given while the other came in force.
    await forge.followed.releases.approve(first)
    expect(await held('B')).to.equal('WaveHeld')
  })

  it('do not wait for a range that a person had destroyed', async () => {
    forge.push({ A: file(1), B: file(1, 1) })
    destroyed = () => Promise.resolve(['A'])
    expect(await held('B')).to.equal(undefined)
    destroyed = () => Promise.resolve([])
    forge.push({ A: file(2), B: file(2, 1) })
    expect(await held('B')).to.equal('WaveHeld')
  })
})
