import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { ARCHITECTURE, partIn, walkedParts } from '../docs/architecture-page.ts'
import type { Call } from './recorder.ts'
import { takeWalks, type Walks } from './take-walks.ts'
import { enteredAgain, wayTo } from './way.ts'

describe('the way from a changed range file to the request for a clone', () => {
  let walks: Walks
  before(async () => {
    walks = await takeWalks()
  })

  for (const [situation, name] of [
    ['of a range that had nothing yet', 'dropped'],
    ['of a range that gets one more VM', 'changed'],
  ] as const) {
    it(`begins at the folder and ends at Proxmox, ${situation}`, () => {
      const { steps } = walks[name]
      expect([steps[0]?.room, steps.at(-1)?.room, steps.at(-1)?.name]).to.deep.equal([
        'adapters/range-files',
        'adapters/proxmox',
        'exchange',
      ])
    })

    it(`leaves no room and enters it again, ${situation}`, () => {
      expect(enteredAgain(walks[name].steps)).to.deep.equal([])
    })

    it(`has every answer before it goes on, ${situation}`, () => {
      // What goes on beside it is work on other VMs of the range.
      expect(['InFlight.track', 'VmExecutor.work']).to.include.members(walks[name].besides.map((each) => each.name))
    })
  }

  it('is the one that the architecture tells; if not, "npm run docs" makes it so', async () => {
    const page = await readFile(ARCHITECTURE, 'utf8')
    const { walk } = walkedParts(walks.dropped)
    expect(partIn(page, 'walk')).to.equal(walk)
  })
})

describe('a way', () => {
  const call = (file: string, name: string, cause?: Call, more: Partial<Call> = {}): Call => ({
    file,
    name,
    cause,
    between: [],
    ended: false,
    ...more,
  })
  const [a, b, c] = ['controllers/pace/turn.ts', 'controllers/range/planning.ts', 'adapters/proxmox/api.ts'] as const

  it('leads over what caused each call, and has what they asked for and were told besides', () => {
    const earlier = call('controllers/controller.ts', 'earlier')
    const first = call(b, 'first', earlier)
    const turn = call(a, 'turn', first, { ended: true })
    const asked = call('reconcilers/range/plan-turn.ts', 'asked', turn, { ended: true })
    const deeper = call('reconcilers/placement/decide.ts', 'deeper', asked, { ended: true })
    const beside = call('controllers/network/sdn-lock.ts', 'beside', first)
    const last = call(c, 'last', first)
    const { steps, answers, besides } = wayTo(last, [first, turn, asked, deeper, beside, last])
    expect(steps.map(({ room, name }) => `${room} ${name}`)).to.deep.equal([
      'controllers/range first',
      'adapters/proxmox last',
    ])
    expect(answers.map(({ asker, asked: { name } }) => `${asker} ${name}`)).to.deep.equal([
      'controllers/range turn',
      'controllers/range asked',
    ])
    expect(besides.map(({ name }) => name)).to.deep.equal(['beside'])
  })

  it('has the functions between two calls, in the files that neither is in', () => {
    const first = call(b, 'first')
    const between = [
      { file: b, name: 'of the first' },
      { file: 'controllers/range/range-machine.ts', name: undefined },
      { file: 'controllers/machine/vm-actor.ts', name: 'on' },
      { file: c, name: 'of the last' },
    ]
    const last = call(c, 'last', first, { between })
    expect(wayTo(last, [first, last]).steps.map(({ file, name }) => [file, name])).to.deep.equal([
      [b, 'first'],
      ['controllers/range/range-machine.ts', undefined],
      ['controllers/machine/vm-actor.ts', 'on'],
      [c, 'last'],
    ])
  })

  it('tells of a room that is left and entered again', () => {
    const rooms = (...names: readonly string[]) => names.map((room) => ({ room }))
    expect(enteredAgain(rooms('a', 'a', 'b', 'c'))).to.deep.equal([])
    expect(enteredAgain(rooms('a', 'b', 'b', 'a', 'c'))).to.deep.equal(['a'])
  })
})
