import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { type Commits, commits } from '../builders/commits.ts'
import { memoryCommitApprovals, memoryRevisions } from '../builders/followed-files.ts'
import { type FreezeWindow, freezeWindow } from '../../model/freeze/freeze-window.ts'
import type { Condition } from '../../model/condition.ts'
import type { RangeRevisions } from '../../model/revision.ts'
import { itLong } from '../runner/long-runs.ts'
import { openLab, type Lab, type LabOptions } from './lab.ts'
import { madeWorld } from './made-world.ts'
import { rangeText } from './ranges.ts'

const file = (octet: number, more = ''): string =>
  rangeText([{ name: 'a', vlan: 10, octet }]) + (more === '' ? '' : `ludus_extensions: { lanista: { ${more} } }\n`)
const withTwo = rangeText([
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 10, octet: 2 },
])
const broken = 'ludus:\n  - vm_name: a\n    vlan: sEcret7\n'

describe('ranges that follow commits', () => {
  let lab: Lab
  let forge: Commits
  let windows: readonly FreezeWindow[]
  const open = async (files: Readonly<Record<string, string>>, options: LabOptions = {}): Promise<string> => {
    forge = commits({ store: memoryRevisions(), releases: memoryCommitApprovals() })
    const first = forge.push(files, 'First')
    windows = []
    lab = await openLab({
      followed: forge.followed,
      freeze: () => windows,
      ...options,
    })
    return first
  }
  afterEach(() => lab.close())

  const revisions = (id: string): RangeRevisions | undefined => lab.controller.board.get(id)?.revisions
  const reached = (id: string): string | undefined => revisions(id)?.reached?.commit?.id
  const condition = (id: string, type: Condition['type']): Condition | undefined =>
    lab.controller.board.get(id)?.conditions.find((each) => each.type === type)
  const isThere = (name: string): boolean =>
    [...lab.simulator.world.guests.values()].some((guest) => guest.config.get('name') === name)
  const until = async (hold: () => boolean): Promise<void> => {
    // What is reached is told with the next status: it is looked for in what is remembered.
    for (let looks = 0; !hold() && looks < 400; looks += 1) await lab.sleep(5000)
    expect(hold()).to.equal(true)
  }

  it('tell what they have seen, act on, and have reached; a broken file keeps its last good content in force', async () => {
    const first = await open({ JD: file(1), SL: file(1) })
    await until(() => lab.ready('JD', 'SL'))
    const second = forge.push({ JD: broken, SL: withTwo }, 'Second', 'Bob <bob@example.org>')
    await until(() => isThere('SL-b') && lab.ready('SL') && condition('JD', 'UpToDate')?.status === 'False')
    expect(condition('JD', 'SpecValid')).to.deep.include({ status: 'False', reason: 'Invalid' })
    expect(condition('JD', 'Ready')?.message).to.match(/^ranges\/JD\.yml:\d+:\d+: /)
    expect(condition('JD', 'UpToDate')?.message).to.match(
      /what commit [0-9a-f]{12} or an earlier one says of it stays in force for its range$/,
    )
    expect(JSON.stringify(lab.controller.board.get('JD')), 'no value of the file').not.to.include('sEcret7')
    expect(revisions('JD')?.seen.commit).to.include({ id: second, author: 'Bob <bob@example.org>', subject: 'Second' })
    expect(revisions('JD')?.actedOn?.commit?.id).to.equal(first)
    expect(reached('JD')).to.equal(first)
    // What is in force is kept up: a VM that somebody switched off is started again.
    const vm = [...lab.simulator.world.guests.values()].find((guest) => guest.config.get('name') === 'JD-a')
    if (vm !== undefined) vm.running = undefined
    await until(() => vm?.running !== undefined)
    const third = forge.push({ JD: withTwo, SL: withTwo }, 'Third')
    await until(() => reached('JD') === third && reached('SL') === second)
    expect(condition('JD', 'UpToDate')?.status).to.equal('True')
  })

  itLong('have reached what an earlier life began with only once their VMs are like that', async () => {
    const correcting = 'ludus_extensions: { lanista: { drift: { hardware: correct } } }\n'
    const of = (ram: number): string => rangeText([{ name: 'a', vlan: 10, octet: 1, ram }], correcting)
    const world = await madeWorld({ 'JD.yml': of(2) })
    // That life was killed when it had just written down that it acts on a newer content.
    const text = of(3)
    const store = memoryRevisions()
    const newer = { digest: createHash('sha256').update(text).digest('base64'), commit: undefined }
    const older = { digest: 'older', commit: undefined }
    const inForce = { ...newer, kind: 'file' as const, source: 'ranges/JD.yml', text, wave: 0 }
    await store.write({ rangeId: 'JD', seen: newer, inForce, reached: older })
    forge = commits({ store, releases: memoryCommitApprovals() })
    forge.push({ JD: text })
    lab = await openLab({ world, followed: forge.followed, settings: { auditMs: 3_600_000 } })
    await until(() => store.records.get('JD')?.reached?.digest === newer.digest)
    const vm = [...world.guests.values()].find((guest) => guest.config.get('name') === 'JD-a')
    expect(Number(vm?.pending.get('memory') ?? vm?.config.get('memory'))).to.equal(3072)
  })

  describe('in waves', () => {
    itLong('begin with what a commit changes once the waves before are Ready at it', async () => {
      await open({ A: file(1), B: file(1, 'wave: 1'), C: file(1, 'wave: 2') })
      await until(() => lab.ready('A') && condition('B', 'Ready')?.reason !== 'WaveHeld')
      expect(isThere('A-a')).to.equal(true)
      await until(() => lab.ready('A', 'B', 'C'))
      // A wave that is done is not begun again by a commit that leaves it as it is.
      forge.push({ A: file(1), B: file(1, 'wave: 1'), C: `${withTwo}ludus_extensions: { lanista: { wave: 2 } }\n` })
      await until(() => isThere('C-b') && lab.ready('C'))
    })

    itLong('hold what is behind one that fails, until a commit mends it', async () => {
      await open({ A: file(1), B: file(1, 'wave: 1') })
      await until(() => lab.ready('A', 'B'))
      const second = forge.push({ A: broken, B: `${withTwo}ludus_extensions: { lanista: { wave: 1 } }\n` }, 'Second')
      await until(() => condition('B', 'UpToDate')?.reason === 'WaveHeld')
      expect(condition('B', 'UpToDate')?.message).to.include(`lanista approve --commit ${second.slice(0, 12)}`)
      expect(condition('B', 'Ready')?.status, 'what is in force of it is Ready').to.equal('True')
      await lab.sleep(600_000)
      expect(isThere('B-b')).to.equal(false)
      forge.push({ A: withTwo, B: `${withTwo}ludus_extensions: { lanista: { wave: 1 } }\n` }, 'Third')
      await until(() => isThere('A-b') && isThere('B-b') && lab.ready('A', 'B'))
    })

    itLong('go on when a person approves of that commit, and of that one alone', async () => {
      const first = await open({ A: broken, B: file(1, 'wave: 1') })
      await until(() => condition('B', 'Ready')?.reason === 'WaveHeld')
      expect(condition('B', 'Ready')?.status).to.equal('False')
      expect(isThere('B-a')).to.equal(false)
      expect((await forge.followed.releases.asked())?.commit).to.equal(first)
      await forge.followed.releases.approve(first)
      await until(() => lab.ready('B'))
      expect(await forge.followed.releases.asked(), 'nobody waits any more').to.equal(undefined)
      const second = forge.push({ A: broken, B: `${withTwo}ludus_extensions: { lanista: { wave: 1 } }\n` }, 'Second')
      await until(() => condition('B', 'UpToDate')?.reason === 'WaveHeld')
      expect((await forge.followed.releases.asked())?.commit).to.equal(second)
      await lab.sleep(600_000)
      expect(isThere('B-b')).to.equal(false)
    })
  })

  describe('while changes are frozen', () => {
    const frozen = (...allow: readonly ('drift' | 'new')[]): readonly FreezeWindow[] => [
      freezeWindow.parse({ name: 'the exam', from: '2000-01-01', until: '2100-01-01', allow }),
    ]
    const stopped = (name: string): { running: unknown } => {
      const vm = [...lab.simulator.world.guests.values()].find((guest) => guest.config.get('name') === name)
      if (vm === undefined) throw new Error('no such VM')
      vm.running = undefined
      return vm
    }

    itLong('stay as they are, and go on when that ends', async () => {
      await open({ JD: file(1) })
      await until(() => reached('JD') !== undefined || lab.ready('JD'))
      await lab.sleep(60_000)
      windows = frozen()
      const vm = stopped('JD-a')
      forge.push({ JD: withTwo, NEW: file(1) }, 'Second')
      await until(() => condition('JD', 'UpToDate')?.reason === 'Frozen')
      const writes = lab.writes().length
      await lab.sleep(600_000)
      expect(lab.writes()).to.have.length(writes)
      expect(vm.running).to.equal(undefined)
      expect(condition('JD', 'Ready')).to.deep.include({ status: 'Unknown', reason: 'Frozen' })
      expect(condition('NEW', 'Ready')).to.deep.include({ status: 'False', reason: 'Frozen' })
      windows = frozen('drift')
      await until(() => vm.running !== undefined)
      expect(isThere('JD-b')).to.equal(false)
      windows = frozen('drift', 'new')
      await until(() => lab.ready('NEW'))
      expect(isThere('JD-b')).to.equal(false)
      windows = []
      await until(() => isThere('JD-b') && lab.ready('JD'))
    })

    itLong('go on at the end of a window, however long nobody looks without a cause', async () => {
      await open({ JD: file(1) }, { resyncMs: 86_400_000 })
      await until(() => reached('JD') !== undefined)
      // To the second, as windows are written.
      const ends = new Date(Math.ceil(lab.simulator.simulation.clock.now() / 1000) * 1000 + 1_200_000)
      windows = [freezeWindow.parse({ from: '2000-01-01', until: ends.toISOString().replace('.000', '') })]
      lab.controller.resync()
      forge.push({ JD: withTwo }, 'Second')
      await until(() => condition('JD', 'UpToDate')?.reason === 'Frozen')
      await until(() => isThere('JD-b') && lab.ready('JD'))
      expect(lab.simulator.simulation.clock.now()).to.be.within(ends.getTime(), ends.getTime() + 600_000)
    })

    itLong('finish what they were at when it began', async () => {
      await open({ JD: file(1) })
      await until(() => lab.ready('JD'))
      forge.push({ JD: withTwo }, 'Second')
      await lab.until(() => lab.writes().some(({ path }) => path.includes('clone') && path.includes('qemu')))
      await until(() => isThere('JD-b'))
      windows = frozen()
      forge.push({ JD: file(3) }, 'Third')
      await until(
        () => condition('JD', 'UpToDate')?.reason === 'Frozen' && condition('JD', 'Ready')?.reason === 'Frozen',
      )
      const b = [...lab.simulator.world.guests.values()].find((guest) => guest.config.get('name') === 'JD-b')
      expect(b?.running, 'finished').not.to.equal(undefined)
      expect(revisions('JD')?.reached?.digest).to.equal(revisions('JD')?.actedOn?.digest)
    })
  })
})
