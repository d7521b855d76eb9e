import { expect } from 'chai'
import { type FollowedFiles, openFilesInForce } from '../../../controllers/revisions/followed-files.ts'
import type { FilesInForce } from '../../../controllers/revisions/files-in-force.ts'
import { type FreezeWindow, freezeWindow } from '../../../model/freeze/freeze-window.ts'
import type { RangeFiles } from '../../../model/ports.ts'
import { readInForce } from '../../../model/read-in-force.ts'
import { type Commits, commits } from '../../builders/commits.ts'
import { memoryRevisions } from '../../builders/followed-files.ts'
import { quiet, settled } from '../../builders/quiet.ts'

const file = (octet: number): string =>
  `ludus:\n  - { vm_name: a, hostname: a, template: t, vlan: 10, ip_last_octet: ${octet}, ram_gb: 1, cpus: 1, linux: true }\n`
const BROKEN = 'ludus: 1\n'

describe('range files as they are acted on', () => {
  let store: ReturnType<typeof memoryRevisions>
  let forge: Commits
  let windows: readonly FreezeWindow[]
  let files: FilesInForce
  const begin = (
    remembers = true,
    areCommits = true,
    more: Partial<FollowedFiles> = {},
    isThere: (rangeId: string) => Promise<boolean> = () => Promise.resolve(false),
  ): void => {
    const surroundings = {
      freeze: () => windows,
      isLeft: () => Promise.resolve(false),
      isThere,
      clock: { now: () => Date.UTC(2026, 0, 1), sleep: () => new Promise<void>(() => undefined) },
      logger: quiet,
    }
    files = openFilesInForce({ ...forge.followed, areCommits, ...more }, surroundings, remembers)
  }
  const freeze = (...allow: readonly ('drift' | 'new')[]): void => {
    windows = [freezeWindow.parse({ name: 'the exam', from: '2000-01-01', until: '2100-01-01', allow })]
  }
  /** What is made of a file: `ok 1` where what it says with octet 1 is acted on. */
  const read = async (id = 'JD'): Promise<string> => {
    const file = await files.read(id)
    const octet = readInForce(file)?.spec.vms[0]?.address.lastOctet
    return [file.kind, ...(octet === undefined ? [] : [octet])].join(' ')
  }
  const reach = async (id = 'JD'): Promise<void> => {
    const read = await files.read(id)
    const digest = read.kind === 'ok' ? read.revisions?.actedOn?.digest : undefined
    expect(files.reached(id, digest ?? ''), 'reached').not.to.equal(undefined)
  }
  beforeEach(() => {
    store = memoryRevisions()
    forge = commits({ store })
    windows = []
    forge.push({ JD: file(1) })
    begin()
  })

  it('keep the last good content of a broken one in force, over restarts, until another is good', async () => {
    expect(await read()).to.equal('ok 1')
    forge.push({ JD: BROKEN })
    expect(await read()).to.equal('ok 1')
    begin()
    expect(await read()).to.equal('ok 1')
    expect(await files.read('JD')).to.have.nested.property('revisions.held.reason', 'Invalid')
    forge.push({ JD: file(2) })
    expect(await read()).to.equal('ok 2')
    expect(await files.read('JD')).to.have.nested.property('revisions.held', undefined)
  })

  it('act on nothing of a broken one that never was good, whose memory is lost, or that was deleted in between', async () => {
    forge.push({ JD: BROKEN })
    expect(await read()).to.equal('invalid')
    forge.push({ JD: file(1) })
    expect(await read()).to.equal('ok 1')
    forge.push({ JD: BROKEN })
    await store.remove('JD')
    begin()
    expect(await read()).to.equal('invalid')
    forge.push({ JD: file(1) })
    await read()
    forge.push({})
    expect(await read()).to.equal('absent')
    forge.push({ JD: BROKEN })
    expect(await read()).to.equal('invalid')
  })

  it('are held back in a freeze, over restarts, and what is in flight is finished', async () => {
    await reach()
    freeze()
    forge.push({ JD: file(2), SL: file(3) })
    expect(await read()).to.equal('held 1')
    expect(await read('SL')).to.equal('held')
    begin()
    expect(await read()).to.equal('held 1')
    freeze('drift', 'new')
    expect(await read()).to.equal('ok 1')
    expect(await read('SL')).to.equal('ok 3')
    freeze()
    expect(await read('SL'), 'on its way').to.equal('ok 3')
    await reach('SL')
    expect(await read('SL')).to.equal('held 3')
    windows = []
    expect(await read()).to.equal('ok 2')
  })

  it('withhold a removal in a freeze unless it was begun before', async () => {
    await reach()
    forge.push({})
    freeze()
    expect(await files.read('JD')).to.have.nested.property('withheld.reason', 'Frozen')
    expect(JSON.stringify(await files.read('JD'))).to.include('its file is gone, and what follows from that waits for')
    forge.push({ JD: file(1) })
    expect(await read(), 'put back').to.equal('held 1')
    forge.push({})
    windows = []
    await files.read('JD')
    await files.goes('JD')
    freeze()
    begin()
    expect(await files.read('JD'))
      .to.include({ kind: 'absent' })
      .and.not.to.have.property('withheld')
  })

  it('are remembered of a folder only where changes may be frozen, and then of all', async () => {
    begin(true, false)
    await reach()
    expect(store.records.size).to.equal(0)
    freeze()
    forge.push({ JD: file(2) })
    expect(await read()).to.equal('held 1')
    begin(true, false)
    expect(await read()).to.equal('held 1')
  })

  it('are remembered by nobody who only looks', async () => {
    begin(false)
    forge.push({ JD: file(2) })
    expect(await read()).to.equal('ok 2')
    forge.push({ JD: BROKEN })
    expect(await read()).to.equal('invalid')
    expect(store.records.size).to.equal(0)
  })

  it('say which commit brought what they say, and take a content that comes back for that of the later one', async () => {
    const commitOf = async (which: 'seen' | 'actedOn'): Promise<string | undefined> => {
      const read = await files.read('JD')
      return read.kind === 'ok' ? read.revisions?.[which]?.commit?.id : undefined
    }
    const first = forge.push({ JD: file(1), SL: file(1) })
    expect(await commitOf('seen')).to.equal(first)
    forge.push({ JD: file(1), SL: file(2) })
    expect(await commitOf('seen'), 'another file').to.equal(first)
    const broken = forge.push({ JD: BROKEN })
    expect(await commitOf('seen')).to.equal(broken)
    expect(await commitOf('actedOn')).to.equal(first)
    const back = forge.push({ JD: file(1) })
    expect(await commitOf('actedOn')).to.equal(back)
  })

  it('are acted on when they are remembered, and no sooner', async () => {
    let written: () => void = () => undefined
    forge = commits({ store: { ...store, write: () => new Promise<void>((resolve) => (written = resolve)) } })
    forge.push({ JD: file(1) })
    begin()
    let isRead = false
    const reading = files.read('JD').then(() => (isRead = true))
    await settled()
    expect(isRead).to.equal(false)
    written()
    await reading
  })

  it('are not reached by a range that is Ready with what was in force before', async () => {
    const before = await files.read('JD')
    const digest = before.kind === 'ok' ? (before.revisions?.actedOn?.digest ?? '') : ''
    forge.push({ JD: file(2) })
    await read()
    expect(files.reached('JD', digest)).to.equal(undefined)
    expect(await files.read('JD')).to.have.nested.property('revisions.reached', undefined)
  })

  it('are named after who brought them, also where another commit came before anybody read them', async () => {
    const brought = async (): Promise<unknown> => {
      const read = await files.read('JD')
      if (read.kind !== 'ok') return read.kind
      const { commit, orEarlier } = read.revisions?.seen ?? {}
      return [commit?.subject, orEarlier ?? false]
    }
    expect(await brought(), 'what the first commit has may be older').to.deep.equal(['Change ranges', true])
    forge.push({ JD: file(2) }, 'Bob changes JD')
    forge.push({ JD: file(2), SL: file(1) }, 'Ann adds SL')
    expect(await brought()).to.deep.equal(['Bob changes JD', false])
    begin()
    expect(await brought(), 'after a restart').to.deep.equal(['Bob changes JD', false])
    forge.push({ SL: file(1) }, 'Eve removes JD', 'Eve <eve@example.org>')
    await files.read('JD')
    begin()
    const gone = await files.read('JD')
    expect(gone).to.deep.include({ kind: 'absent' })
    expect(gone.kind === 'absent' && gone.removedBy?.subject).to.equal('Eve removes JD')
  })

  it('wait no longer than a while for a disk that hangs, and go on with what is in memory', async () => {
    const hangs = { ...store, write: () => new Promise<void>(() => undefined) }
    forge = commits({ store: hangs })
    forge.push({ JD: file(1) })
    const surroundings = {
      freeze: () => windows,
      isLeft: () => Promise.resolve(false),
      isThere: () => Promise.resolve(false),
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      logger: quiet,
    }
    files = openFilesInForce({ ...forge.followed, areCommits: true }, surroundings, true)
    expect(await read()).to.equal('ok 1')
    forge.push({ JD: BROKEN })
    expect(await read()).to.equal('ok 1')
  })

  it('are written again when a write has failed, and the trouble is told once', async () => {
    const told: string[] = []
    let isFull = true
    const write = (record: Parameters<typeof store.write>[0]): Promise<void> =>
      isFull ? Promise.reject(new Error('no space left')) : store.write(record)
    forge = commits({ store: { ...store, write } })
    forge.push({ JD: file(1) })
    const surroundings = {
      freeze: () => windows,
      isLeft: () => Promise.resolve(false),
      isThere: () => Promise.resolve(false),
      clock: { now: () => 0, sleep: () => new Promise<void>(() => undefined) },
      logger: { ...quiet, warn: (message: string) => void told.push(message) },
    }
    files = openFilesInForce({ ...forge.followed, areCommits: true }, surroundings, true)
    expect(await read()).to.equal('ok 1')
    expect(await read()).to.equal('ok 1')
    expect([told.length, store.records.size]).to.deep.equal([1, 0])
    isFull = false
    await read()
    expect(store.records.size).to.equal(1)
  })

  it('are not taken for what they were when nothing had to be remembered any more, nor in a later freeze', async () => {
    forge = commits({ store })
    forge.push({ JD: file(1) })
    freeze()
    windows = windows.map((window) => ({ ...window, until: '2000-01-02' }))
    begin(true, false)
    await reach()
    await new Promise(setImmediate)
    expect(store.records.size).to.equal(1)
    windows = []
    forge.push({ JD: file(2) })
    await reach()
    forge.push({ JD: file(3) })
    freeze('drift')
    begin(true, false)
    expect(await read(), 'not the content of long ago').not.to.include('1')
  })

  it('have not reached a content that is put back until they have reached it again', async () => {
    const first = forge.source.snapshot?.commit.id
    await reach()
    forge.push({ JD: file(2) })
    await read()
    freeze()
    const back = forge.push({ JD: file(1) })
    expect(await files.read('JD'), 'left since').to.have.nested.property('revisions.reached.commit.id', first)
    windows = []
    const again = await files.read('JD')
    expect(again).to.have.nested.property('revisions.actedOn.commit.id', back)
    expect(again).to.have.nested.property('revisions.reached', undefined)
    freeze()
    expect(await read(), 'on its way back').to.equal('ok 1')
    await reach()
    expect(await read()).to.equal('held 1')
  })

  it('are as a read that began later has seen them, however long an earlier one takes', async () => {
    let waits: Promise<void> = Promise.resolve()
    const slow: RangeFiles = {
      list: () => forge.followed.files.list(),
      watch: (onChange, signal) => forge.followed.files.watch(onChange, signal),
      read: async (id) => {
        const late = waits
        const read = await forge.followed.files.read(id)
        await late
        return read
      },
    }
    begin(true, true, { files: slow })
    let go = (): void => undefined
    waits = new Promise((resolve) => (go = resolve))
    const early = read()
    await new Promise(setImmediate)
    waits = Promise.resolve()
    forge.push({ JD: file(2) })
    expect(await read()).to.equal('ok 2')
    go()
    expect(await early).to.equal('ok 2')
    freeze()
    expect(await read(), 'in force').to.equal('ok 2')
  })

  it('are new in a freeze only where the cluster has nothing of their range', async () => {
    freeze('new')
    begin(true, true, {}, (id) => (id === 'JD' ? Promise.resolve(true) : Promise.resolve(false)))
    forge.push({ JD: file(1), SL: file(2) })
    expect(await read()).to.equal('held')
    expect(await read('SL')).to.equal('ok 2')
    begin(true, true, {}, () => Promise.reject(new Error('the cluster is away')))
    forge.push({ JD: file(1), SL: file(2), TX: file(3) })
    expect(await read('TX')).to.equal('held')
    expect(await read('SL'), 'begun').to.equal('ok 2')
  })

  it('finish a removal of which nothing was remembered before', async () => {
    forge.push({})
    begin(true, false)
    await files.read('JD')
    await files.goes('JD')
    freeze()
    expect(await files.read('JD')).to.deep.equal({ kind: 'absent' })
  })
})
