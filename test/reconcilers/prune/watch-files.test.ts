import { expect } from 'chai'
import fc from 'fast-check'
import type { FolderIdentity } from '../../../model/prune.ts'
import { removal } from '../../builders/file-removal.ts'
import {
  afterLook,
  type FileWatch,
  type FolderLook,
  rememberedOf,
  watchFrom,
  without,
  withKnown,
  withRead,
} from '../../../reconcilers/prune/watch-files.ts'

const HERE: FolderIdentity = { place: '1:2', born: '5', git: undefined }
const STEP = 60_000
const listed = (at: number, ...ids: readonly string[]): FolderLook => ({
  kind: 'listed',
  ids,
  sound: ids.some((id) => !id.startsWith('%')),
  folder: HERE,
  at: at * 1000,
  now: 1_000_000 + at * 1000,
  mostStep: STEP,
})
const unread: FolderLook = { kind: 'unread' }
const after = (looks: readonly FolderLook[], watch: FileWatch = watchFrom([])): FileWatch =>
  looks.reduce(afterLook, watch)
const watchedOf = (watch: FileWatch, id = 'JD'): number | undefined => watch.files.get(id)?.missing?.watched

describe('watching which files are gone', () => {
  it('counts from the first look that misses a file', () => {
    const watch = after([listed(0, 'JD', 'KT'), listed(30, 'KT'), listed(60, 'KT'), listed(85, 'KT')])
    expect(watch.files.get('JD')?.missing).to.deep.equal({ watched: 55_000, since: 1_030_000 })
    expect(watchedOf(watch, 'KT')).to.equal(undefined)
  })

  it('knows nothing of a range whose file it has never seen', () => {
    expect([...after([listed(0, 'JD'), listed(30, 'JD')]).files.keys()]).to.deep.equal(['JD'])
  })

  it('counts anew when the file was back, also between two looks', () => {
    expect(
      watchedOf(after([listed(0, 'JD', 'KT'), listed(30, 'KT'), listed(60, 'JD', 'KT'), listed(90, 'KT')])),
    ).to.equal(0)
    const back = withRead(after([listed(0, 'JD', 'KT'), listed(30, 'KT'), listed(60, 'KT')]), 'JD', [])
    expect(watchedOf(after([listed(90, 'KT')], back))).to.equal(0)
  })

  it('remembers which commit removed a file as long as it is gone, and counts anew where another did', () => {
    const by = (look: FolderLook, ...commits: readonly string[]): FolderLook => ({
      ...look,
      ...(look.kind === 'unread' ? {} : { removals: new Map(commits.map((id) => ['JD', removal(id)])) }),
    })
    const gone = after([listed(0, 'JD', 'KT'), by(listed(30, 'KT'), 'b'), listed(60, 'KT')])
    const commitOf = (watch: FileWatch) => rememberedOf(watch).find(({ rangeId }) => rangeId === 'JD')?.removal?.by?.id
    expect([commitOf(gone), watchedOf(gone)]).to.deep.equal(['b', 30_000])
    const restarted = after([listed(90, 'KT')], watchFrom(rememberedOf(gone)))
    expect([commitOf(restarted), watchedOf(restarted)]).to.deep.equal(['b', 0])
    const same = after([by(listed(90, 'KT'), 'b')], gone)
    expect([commitOf(same), watchedOf(same)]).to.deep.equal(['b', 60_000])
    const again = after([by(listed(90, 'KT'), 'd')], gone)
    expect([commitOf(again), watchedOf(again)]).to.deep.equal(['d', 0])
    for (const back of [
      after([listed(90, 'JD', 'KT')], gone),
      after([listed(90, 'jd', 'KT')], gone),
      withRead(gone, 'JD', []),
    ])
      expect(commitOf(back)).to.equal(undefined)
  })

  it('keeps the machines that a file named when it was last valid', () => {
    const read = withRead(after([listed(0, 'JD', 'KT')]), 'JD', ['JD-a'])
    const broken = withRead(after([listed(30, 'JD', 'KT')], read), 'JD', undefined)
    const names = (watch: FileWatch) => rememberedOf(watch).map((file) => [file.rangeId, file.names])
    expect(names(after([listed(60, 'KT')], broken))).to.deep.equal([
      ['JD', ['JD-a']],
      ['KT', []],
    ])
    expect(names(withRead(read, 'JD', ['JD-b']))[0]).to.deep.equal(['JD', ['JD-b']])
    expect(withRead(read, '%odd', []).files.has('%odd')).to.equal(false)
  })

  it('counts anew after a look that could not read the folder, without a doubt where the file was gone before', () => {
    const watch = after([
      listed(0, 'JD', 'KT'),
      listed(30, 'KT'),
      listed(60, 'KT'),
      unread,
      listed(90, 'KT'),
      listed(100, 'KT'),
    ])
    expect(watch.files.get('JD')).to.deep.include({ unread: false, missing: { watched: 10_000, since: 1_090_000 } })
  })

  it('doubts a file that went while the folder could not be read', () => {
    const watch = after([listed(0, 'JD', 'KT'), unread, listed(60, 'KT'), listed(90, 'KT')])
    expect(watch.files.get('JD')).to.deep.include({ unread: true })
  })

  it('doubts every missing file from when the folder was empty on, until it is back', () => {
    const emptied = after([listed(0, 'JD', 'KT'), listed(30), listed(60, 'KT')])
    expect([...emptied.files.values()].map((file) => [file.rangeId, file.emptied])).to.deep.equal([
      ['JD', true],
      ['KT', false],
    ])
    expect(after([listed(90, 'JD', 'KT'), listed(99, 'KT')], emptied).files.get('JD')).to.deep.include({
      emptied: false,
    })
  })

  it('calls a folder empty that has nothing but misnamed files', () => {
    expect(after([listed(0, 'JD'), listed(30, '%20x')]).files.get('JD')).to.deep.include({ emptied: true })
  })

  it('misses no file whose range id is there in other letters', () => {
    const watch = after([listed(0, 'JD', 'KT'), listed(30, 'jd', 'KT'), listed(60, 'jd', 'KT')])
    expect(watchedOf(watch)).to.equal(undefined)
    expect(watch.files.has('JD')).to.equal(true)
  })

  it('takes up what an earlier life remembers, doubts included, and counts anew', () => {
    const before = after([listed(0, 'JD', 'KT'), listed(30), listed(60, 'KT')])
    const watch = withKnown(watchFrom(rememberedOf(before)), ['KT', 'MN', '%odd'])
    expect([...watch.files.keys()]).to.deep.equal(['JD', 'KT', 'MN'])
    const next = after([listed(500, 'KT')], watch)
    expect(next.files.get('JD')).to.deep.include({
      emptied: true,
      folder: HERE,
      missing: { watched: 0, since: 1_500_000 },
    })
    expect(next.files.get('MN')).to.deep.include({ folder: undefined, missing: { watched: 0, since: 1_500_000 } })
    expect(without(next, 'JD').files.has('JD')).to.equal(false)
  })

  it('never counts more than was watched, whatever the date says and however long nobody looked', () => {
    const anyLook = fc.record({
      kind: fc.constantFrom('listed', 'listed', 'listed', 'unread'),
      there: fc.boolean(),
      passes: fc.integer({ min: -10 * STEP, max: 10 * STEP }),
      date: fc.integer({ min: 0, max: 2_000_000_000_000 }),
    })
    fc.assert(
      fc.property(fc.array(anyLook, { maxLength: 40 }), (looks) => {
        let [watch, at, most] = [after([listed(0, 'JD', 'KT')]), 0, 0]
        for (const { kind, there, passes, date } of looks) {
          at += passes
          const ids = there ? ['JD', 'KT'] : ['KT']
          const look = { kind: 'listed', ids, sound: true, folder: HERE, at, now: date, mostStep: STEP } as const
          watch = afterLook(watch, kind === 'unread' ? unread : look)
          most = there || kind === 'unread' ? 0 : most + Math.min(STEP, Math.max(0, passes))
          expect(watchedOf(watch) ?? 0).to.be.at.most(most)
          expect(watchedOf(watch, 'KT')).to.equal(undefined)
        }
      }),
    )
  })
})
