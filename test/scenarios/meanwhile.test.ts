import { expect } from 'chai'
import type { RangeStatus } from '../../model/range-status.ts'
import { isLong, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText, type VmText } from './ranges.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const B: VmText = { name: 'b', vlan: 10, octet: 2 }
const FULL = '    full_clone: true\n'
const SUSPEND = 'ludus_extensions: { lanista: { suspend: { reason: exam in room 3 } } }\n'

/** The VMIDs that were asked to be cloned, in order. */
const clonesIn = (lab: Lab): readonly string[] =>
  lab.writes().flatMap(({ path, params }) => (path.endsWith('/clone') ? [String(params['newid'])] : []))
const phaseIn = (lab: Lab, vm: string): string | undefined =>
  lab.controller.board.get('JD')?.vms.find(({ name }) => name === vm)?.phase
const readyIn = (lab: Lab) => lab.controller.board.get('JD')?.conditions.at(-1)

describe('while a VM is worked on for long', () => {
  let lab: Lab
  /** A full clone that goes on until the lab is closed. */
  const cloning = async (): Promise<void> => {
    lab = await openLab({ files: { 'JD.yml': rangeText([A]) + FULL }, durations: { fullClonePerGib: 10_000_000 } })
    await lab.until(() => phaseIn(lab, 'JD-a') === 'cloning' && phaseIn(lab, 'JD-router-debian12-x64') === 'running')
  }
  afterEach(() => lab.close())

  it('a VM that is added to its file is made at once', async () => {
    await cloning()
    await lab.drop('JD.yml', rangeText([A]) + FULL + rangeText([B]).slice('ludus:\n'.length))
    await lab.until(() => phaseIn(lab, 'JD-b') === 'running')
    expect(phaseIn(lab, 'JD-a')).to.equal('cloning')
    expect(clonesIn(lab).filter((vmid) => vmid === '1010001')).to.have.length(1)
  })

  it('its file is reported as soon as it is broken, and goes on as it was when it is mended', async () => {
    await cloning()
    const before = lab.writes().length
    await lab.drop('JD.yml', 'ludus: [')
    await lab.until(() => readyIn(lab)?.reason === 'Invalid')
    await lab.drop('JD.yml', rangeText([A]) + FULL)
    await lab.until(() => readyIn(lab)?.reason === 'Progressing')
    expect(phaseIn(lab, 'JD-a')).to.equal('cloning')
    expect(lab.writes()).to.have.length(before)
  })

  itLong(
    'its range is not removed before that has ended, which is said, and nothing else is begun for it',
    async () => {
      await cloning()
      await lab.drop('JD.yml', `${rangeText([A])}${FULL}ludus_extensions: { lanista: { state: absent } }\n`)
      await lab.until(() => /is to go .* is seen to its end first/.test(readyIn(lab)?.message ?? ''))
      expect(clonesIn(lab)).to.have.length(2)
      expect(lab.writes().filter(({ method }) => method === 'DELETE')).to.deep.equal([])
    },
  )

  itLong('it goes with its range once its clone has ended, and is not started for that', async () => {
    lab = await openLab({ files: { 'JD.yml': rangeText([A]) + FULL }, durations: { fullClonePerGib: 200 } })
    await lab.until(() => phaseIn(lab, 'JD-a') === 'cloning' && phaseIn(lab, 'JD-router-debian12-x64') === 'running')
    await lab.drop('JD.yml', `${rangeText([A])}${FULL}ludus_extensions: { lanista: { state: absent } }\n`)
    await lab.until(() => readyIn(lab)?.reason === 'Absent')
    const ofA = lab.writes().filter(({ path }) => path.includes('/qemu/1010001'))
    expect(ofA.map(({ method, path }) => `${method} ${path.replace(/.*1010001/, '')}`)).to.deep.equal([
      'PUT /config',
      'DELETE ',
    ])
  })
})

describe('what was withdrawn', () => {
  const many: readonly VmText[] = Array.from({ length: isLong ? 30 : 8 }, (_, index) => ({
    name: `v${index + 1}`,
    vlan: 10,
    octet: index + 1,
  }))

  itLong(
    `is not begun: suspended after 3 of ${many.length + 1} clones, a range gets no fourth, and the three are not gone on with`,
    async () => {
      // Three at once, and slow, so that the fourth is still waiting for its turn when the third has been asked for.
      const lab = await openLab({ storageLimits: { start: 3, most: 3 }, durations: { cloneBesides: 60_000 } })
      try {
        const match = { method: 'POST', path: /\/clone$/ }
        const suspend = (): Promise<void> => lab.drop('JD.yml', rangeText(many) + SUSPEND)
        lab.simulator.arm({ on: 'request', match, skip: 2, at: 'before', effect: { kind: 'edit', edit: suspend } })
        await lab.drop('JD.yml', rangeText(many))
        await lab.until(() => readyIn(lab)?.reason === 'Suspended')
        await Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
        await lab.pass()
        const made = clonesIn(lab)
        expect(made).to.have.length(3)
        const after = lab.writes().slice(lab.writes().findLastIndex(({ path }) => path.endsWith('/clone')) + 1)
        expect(after.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([])
        Object.assign(lab.simulator.simulation.durations, { cloneBesides: 0 })
        await lab.drop('JD.yml', rangeText(many))
        await lab.until(() => lab.ready('JD'))
        expect(new Set(clonesIn(lab)).size).to.equal(many.length + 1)
        // One that did not get its storage's lock in time is asked for again.
        for (const vmid of made) expect(clonesIn(lab).slice(3)).not.to.include(vmid)
      } finally {
        await lab.close()
      }
    },
  )

  itLong(
    'is not gone on with: a range that is to stay after all loses no VM that was shut down for its removal',
    async () => {
      const lab = await openReadyLab({ 'JD.yml': rangeText([A]) })
      try {
        const { journal, world } = lab.simulator
        const running = () => [...world.guests.values()].filter((guest) => guest.running !== undefined)
        const shutDown = journal.next({ method: 'POST', path: /\/1010001\/status\/shutdown$/ }, 'answered')
        await lab.drop('JD.yml', `${rangeText([A])}ludus_extensions: { lanista: { state: absent } }\n`)
        await shutDown
        await lab.until(() => !lab.ready('JD'))
        await lab.drop('JD.yml', rangeText([A]))
        await lab.until(() => running().length === 0)
        await lab.until(() => running().length === 2 && lab.ready('JD'))
        expect(lab.writes().filter(({ method }) => method === 'DELETE')).to.deep.equal([])
      } finally {
        await lab.close()
      }
    },
  )
})

describe('a status store that hangs', () => {
  itLong('stops nothing: ranges become Ready, a later file is taken up, and Lanista ends', async () => {
    const asked: string[] = []
    const store = {
      write: ({ id }: RangeStatus) => {
        asked.push(id)
        return new Promise<void>(() => undefined)
      },
      remove: () => new Promise<void>(() => undefined),
    }
    const lab = await openReadyLab({ 'JD.yml': rangeText([A]) }, { store })
    await lab.drop('KT.yml', rangeText([A]))
    await lab.until(() => lab.ready('JD', 'KT'))
    expect(new Set(asked)).to.deep.equal(new Set(['JD', 'KT']))
    await lab.close()
  })
})
