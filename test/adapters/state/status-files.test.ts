import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { statusFiles } from '../../../adapters/state/status-files.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import { stated } from '../../builders/status.ts'

const statusOf = (id: string, changes: Partial<RangeStatus> = {}): RangeStatus => ({
  id,
  source: `${id}.yml`,
  number: undefined,
  since: '2026-01-01T00:00:00.000Z',
  conditions: [],
  diagnostics: [],
  vms: [],
  networks: [],
  changedAt: '2026-01-01T00:00:00.000Z',
  ...changes,
})

describe('statusFiles', () => {
  let state: string
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'lanista-'))
  })
  afterEach(async () => {
    await rm(state, { recursive: true, force: true })
  })
  const read = async (id: string): Promise<unknown> =>
    JSON.parse(await readFile(join(state, 'status', `${id}.json`), 'utf8'))

  it('writes a status, making the folder, and leaves nothing beside it', async () => {
    await statusFiles(join(state, 'deep')).write(statusOf('JD', { number: 3 }))
    expect(await readdir(join(state, 'deep', 'status'))).to.deep.equal(['JD.json'])
    await statusFiles(state).write(statusOf('JD', { number: 3 }))
    expect(await read('JD')).to.include({ id: 'JD', number: 3 })
  })

  it('leaves the file alone while only the time differs, also after a restart', async () => {
    await statusFiles(state).write(statusOf('JD'))
    const before = await stat(join(state, 'status', 'JD.json'))
    await statusFiles(state).write(statusOf('JD', { changedAt: '2027-01-01T00:00:00.000Z' }))
    expect((await stat(join(state, 'status', 'JD.json'))).ino).to.equal(before.ino)
    await statusFiles(state).write(statusOf('JD', { number: 4 }))
    expect(await read('JD')).to.include({ number: 4 })
  })

  it('replaces the file whole: who has it open goes on reading what it said, from end to end', async () => {
    const files = statusFiles(state)
    await files.write(statusOf('JD', { number: 3 }))
    const before = await readFile(join(state, 'status', 'JD.json'), 'utf8')
    const reader = await open(join(state, 'status', 'JD.json'), 'r')
    await files.write(statusOf('JD', { number: 4 }))
    expect(await reader.readFile('utf8')).to.equal(before)
    await reader.close()
    expect(await read('JD')).to.include({ number: 4 })
  })

  it('replaces a file that is no JSON, and comes back after the folder was deleted', async () => {
    const files = statusFiles(state)
    await mkdir(join(state, 'status'))
    await writeFile(join(state, 'status', 'JD.json'), '{"id"')
    await files.write(statusOf('JD'))
    expect(await read('JD')).to.include({ id: 'JD' })
    await rm(join(state, 'status'), { recursive: true })
    await files.write(statusOf('JD'))
    expect(await read('JD')).to.include({ id: 'JD' })
  })

  it('removes one status, and those of ranges that are gone, with what a crash left', async () => {
    const files = statusFiles(state)
    for (const id of ['JD', 'AB', 'CD', 'my%20range']) await files.write(statusOf(id))
    await writeFile(join(state, 'status', '.JD.1.1.tmp'), '')
    await files.remove('CD')
    await files.remove('CD')
    await files.forgetAllBut(['JD', 'my%20range'])
    expect((await readdir(join(state, 'status'))).sort()).to.deep.equal(['JD.json', 'my%20range.json'])
  })

  it('tells how ready ranges were when an earlier life ended, as far as it can be read', async () => {
    const ready = { type: 'Ready', status: 'False', reason: 'VmTrouble', message: 'vm a' } as const
    const valid = { type: 'SpecValid', status: 'True', reason: 'Ok', message: '' } as const
    await statusFiles(state).write(statusOf('JD', { conditions: stated(valid, ready) }))
    await statusFiles(state).write(statusOf('AB', { conditions: stated(valid) }))
    for (const [name, text] of Object.entries({ 'CD.json': '{', 'EF.json': '{"conditions":[{"type":"Ready"}]}' }))
      await writeFile(join(state, 'status', name), text)
    const at = '2026-01-01T00:00:00.000Z'
    const conditions = [valid, ready].map(({ type, status, reason }) => ({
      type,
      status,
      reason,
      lastTransitionTime: at,
    }))
    expect([...(await statusFiles(state).readyBefore())]).to.deep.equal([
      ['JD', { ...ready, source: 'JD.yml', sinces: { since: at, conditions, vms: [] } }],
    ])
    expect([...(await statusFiles(join(state, 'none')).readyBefore())]).to.deep.equal([])
  })

  it('forgets nothing where there is no folder', async () => {
    await statusFiles(join(state, 'none')).forgetAllBut([])
  })

  it('refuses an id that is no safe name for a file', async () => {
    for (const id of ['../JD', '.JD', 'a/b', ''])
      expect(await statusFiles(state).write(statusOf(id)).catch(String), id).to.match(/can't be the name of a file/)
  })
})
