import { expect } from 'chai'
import { Overdue } from '../../../controllers/report/overdue.ts'
import type { Condition } from '../../../model/condition.ts'

const MINUTE = 60_000
const condition = (reason: string, message: string): Condition => ({ type: 'Ready', status: 'False', reason, message })

/** The reasons told of a range that says these in turn, every minute one. */
function told(messages: readonly string[], reasonOf: (message: string) => string = () => 'Progressing'): string[] {
  let now = 0
  const overdue = new Overdue({ steady: () => now })
  return messages.map((message) => {
    const [{ reason } = condition('', '')] = overdue.of('JD', [condition(reasonOf(message), message)])
    now += MINUTE
    return reason
  })
}

describe('what is said to be under way', () => {
  it('is a finding when it has said the same for ten minutes, and says what to do', () => {
    expect(told(Array.from({ length: 12 }, () => 'a is being cloned'))).to.deep.equal([
      ...Array.from({ length: 10 }, () => 'Progressing'),
      'Overdue',
      'Overdue',
    ])
  })

  it('is one as well when it goes to and fro between two of them', () => {
    expect(
      told(Array.from({ length: 12 }, (_, turn) => `a is ${turn % 2 === 0 ? 'starting' : 'off'}`)).at(-1),
    ).to.equal('Overdue')
  })

  it('is none while something comes of it, however long it takes', () => {
    const counts = Array.from({ length: 60 }, (_, minute) => `${Math.floor(minute / 8)} of 8 VMs are running`)
    expect(new Set(told(counts))).to.deep.equal(new Set(['Progressing']))
  })

  it('begins anew after anything else was told', () => {
    const said = [...Array.from({ length: 9 }, () => 'on'), 'Ready', ...Array.from({ length: 9 }, () => 'on')]
    const reasons = told(said, (message) => (message === 'Ready' ? 'Ready' : 'Progressing'))
    expect(reasons).not.to.include('Overdue')
  })

  it('begins anew for a range that was forgotten, and for no other', () => {
    let now = 0
    const overdue = new Overdue({ steady: () => now })
    const reasons = () =>
      ['JD', 'JD-2'].map((id) => overdue.of(id, [condition('Progressing', 'on')]).map(({ reason }) => reason))
    reasons()
    now = 20 * MINUTE
    overdue.forget('JD')
    expect(reasons()).to.deep.equal([['Progressing'], ['Overdue']])
  })
})
