import { expect } from 'chai'
import type { Call } from './recorder.ts'
import { enteredAgain, wayTo } from './way.ts'

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
