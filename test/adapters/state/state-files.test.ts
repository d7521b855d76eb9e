import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { seenRangesFile } from '../../../adapters/state/seen-files.ts'
import type { SeenFile, WaitingSet } from '../../../model/prune.ts'

const SET: WaitingSet = {
  why: ['2 ranges would go within an hour; lanista.prune.budget is 1'],
  ranges: [{ id: 'JD', vms: [{ vmid: 1_010_011, name: 'JD-DC01', node: 'pve1' }] }],
}
const SEEN: readonly SeenFile[] = [
  {
    rangeId: 'JD',
    names: ['JD-DC01', 'JD-router'],
    folder: { place: '1:2', born: undefined, git: { kind: 'known', branch: undefined, origin: 'o', head: 'a' } },
    emptied: true,
    unread: false,
  },
  { rangeId: 'KT', names: [], folder: undefined, emptied: false, unread: true },
  { rangeId: 'MN', names: [], folder: { place: '1:2', born: '7', git: undefined }, emptied: false, unread: false },
  {
    rangeId: 'OP',
    names: [],
    folder: { place: '1:2', born: '7', git: { kind: 'untold', why: 'it is odd' } },
    emptied: false,
    unread: false,
  },
]

/** Without keys that have no value. */
const inJson = (seen: readonly SeenFile[]): unknown => JSON.parse(JSON.stringify(seen))

describe('what pruning keeps in the state directory', () => {
  let folder: string
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'lanista-state-')), 'state')
  })
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

  it('is the question and the answer of an approval, between two processes, for their owner alone', async () => {
    const [controller, person] = [approvalFiles(folder), approvalFiles(folder)]
    expect(await person.asked()).to.equal(undefined)
    await controller.ask(SET)
    expect(await person.asked()).to.deep.equal(SET)
    await person.approve(SET)
    expect(await controller.approved()).to.deep.equal(SET)
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777, name).to.equal(0o600)
    await controller.forgetAnswer()
    expect(await controller.approved()).to.equal(undefined)
    await person.approve(SET)
    await controller.clear()
    expect([await controller.asked(), await controller.approved()]).to.deep.equal([undefined, undefined])
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('belongs to whom the folder belongs to when root answers', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const { chown, mkdir } = await import('node:fs/promises')
    await mkdir(folder)
    await chown(folder, 12_345, 12_346)
    await approvalFiles(folder).approve(SET)
    expect(await stat(join(folder, 'approved.json'))).to.deep.include({ uid: 12_345, gid: 12_346 })
  })

  it('is what ranges were seen with, read back as it was', async () => {
    expect(await seenRangesFile(folder).read()).to.deep.equal([])
    await seenRangesFile(folder).write(SEEN)
    expect(await seenRangesFile(folder).read()).to.deep.equal(inJson(SEEN))
  })

  it('is written only when something changed', async () => {
    const store = seenRangesFile(folder)
    await store.write(SEEN)
    await rm(folder, { recursive: true })
    await store.write(structuredClone(SEEN))
    expect(await seenRangesFile(folder).read()).to.deep.equal([])
    await store.write(SEEN.slice(1))
    expect(await seenRangesFile(folder).read()).to.deep.equal(inJson(SEEN.slice(1)))
  })

  it('counts as nothing where it makes no sense', async () => {
    await approvalFiles(folder).ask(SET)
    for (const text of ['', '{', '{"why":[]}', '[{"rangeId":"../x","emptied":false,"unread":false}]'])
      for (const name of ['approved.json', 'seen-ranges.json']) {
        await writeFile(join(folder, name), text)
        expect(await approvalFiles(folder).approved(), text).to.equal(undefined)
        expect(await seenRangesFile(folder).read(), text).to.deep.equal([])
      }
  })
})
