import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { readSavedPlan, writeSavedPlan } from '../../../controllers/saved-plan/saved-plan-file.ts'
import type { SavedPlan } from '../../../model/saved-plan.ts'

const PLAN: SavedPlan = {
  apiVersion: 'lanista/v1',
  kind: 'SavedPlan',
  version: 1,
  lanista: 'test',
  createdAt: new Date(0).toISOString(),
  basedOn: {
    cluster: { name: 'lab', nodes: ['pve1'], hosts: ['https://pve1:8006'] },
    settings: '0'.repeat(64),
    ranges: [],
  },
  placements: [],
  actions: [],
}

const whyNot = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'taken',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

describe('The file of a saved plan', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-plan-'))
    file = path.join(folder, 'plan.json')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('comes back as it was kept, also through a link and over an older one', async () => {
    await writeSavedPlan(file, PLAN)
    await writeSavedPlan(file, { ...PLAN, lanista: 'newer' })
    await symlink(file, `${file}.link`)
    expect(await readSavedPlan(`${file}.link`)).to.deep.equal({ ...PLAN, lanista: 'newer' })
  })

  it('takes the place of no other file: of a range, of the configuration, or of anything else', async () => {
    await writeFile(file, 'ludus: []\n')
    expect(await whyNot(writeSavedPlan(file, PLAN))).to.match(
      /^--out .*plan\.json: there is a file which is no saved plan; name another, or take that away first$/,
    )
    expect(await readFile(file, 'utf8')).to.equal('ludus: []\n')
    // As mktemp makes it.
    await writeFile(file, '')
    await writeSavedPlan(file, PLAN)
    expect(await readSavedPlan(file)).to.deep.equal(PLAN)
  })

  it('is no device, no folder and no pipe, whose end nobody knows', async () => {
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', ['-m', '600', pipe])
    for (const each of [pipe, '/dev/zero', folder])
      expect(await whyNot(readSavedPlan(each)), each).to.match(
        /^--plan \S+: it can't be read \(it is no file\); make one/,
      )
  })

  it('is not what was looked at when others can have changed it', async function () {
    await writeSavedPlan(file, PLAN)
    await chmod(file, 0o620)
    expect(await whyNot(readSavedPlan(file))).to.match(/others may write to it \(mode 620\)/)
    await chmod(file, 0o644)
    expect(await whyNot(readSavedPlan(file))).to.equal('taken')
    // Only root can give a file away.
    if (process.getuid?.() !== 0) return
    await chown(file, 12345, 12345)
    expect(await whyNot(readSavedPlan(file))).to.match(
      /it belongs to another user \(12345\), so it may not be what was/,
    )
  })

  it('is refused whatever of it is cut off, or is something else', async () => {
    await writeSavedPlan(file, PLAN)
    const text = await readFile(file, 'utf8')
    for (const wrong of [
      text.slice(0, -3),
      '',
      '[]',
      'null',
      text.replace('"version": 1', '"version": "1"'),
      text.replace('"actions"', '"more": 1, "actions"'),
    ]) {
      await writeFile(file, wrong)
      expect(await whyNot(readSavedPlan(file)), wrong).to.match(/: it is no saved plan \(/)
    }
  })
})
