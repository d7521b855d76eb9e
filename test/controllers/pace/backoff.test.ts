import { expect } from 'chai'
import { Backoff } from '../../../controllers/pace/backoff.ts'

const POLICY = { first: 10, most: 60 }

function backoffAt(now: number) {
  const time = { now }
  return { time, backoff: new Backoff<string>({ now: () => time.now }) }
}

describe('Backoff', () => {
  it('lets everything be tried that has not failed', () => {
    const { backoff } = backoffAt(5)
    expect([backoff.left('JD'), backoff.get('JD')]).to.deep.equal([0, undefined])
  })

  it('doubles the delay with each failure in a row, up to the most', () => {
    const { backoff, time } = backoffAt(0)
    const lefts = [0, 100, 200, 300, 400].map((now) => {
      time.now = now
      backoff.failed('JD', POLICY, 'no luck')
      return backoff.left('JD')
    })
    expect(lefts).to.deep.equal([10, 20, 40, 60, 60])
  })

  it('waits a share of the delay, so that many do not try again in step', () => {
    const { backoff } = backoffAt(100)
    expect(backoff.failed('JD', POLICY, 'no luck', 0.5).until).to.equal(105)
    expect(backoff.left('JD')).to.equal(5)
  })

  it('remembers the last failure, and how many there were, also when the delay is over', () => {
    const { backoff, time } = backoffAt(100)
    backoff.failed('JD', POLICY, 'no luck')
    const told = backoff.failed('JD', POLICY, 'no right')
    expect(told).to.deep.equal({ value: 'no right', failures: 2, until: 120 })
    const lefts = [104, 119, 120, 500].map((now) => {
      time.now = now
      return backoff.left('JD')
    })
    expect(lefts).to.deep.equal([16, 1, 0, 0])
    expect(backoff.get('JD')).to.deep.equal(told)
  })

  it('goes by the policy of the last failure', () => {
    const { backoff } = backoffAt(0)
    backoff.failed('JD', POLICY, 'no luck')
    expect(backoff.failed('JD', { first: 1000, most: 5000 }, 'no right').until).to.equal(2000)
  })

  it('keeps keys apart', () => {
    const { backoff } = backoffAt(0)
    backoff.failed('JD/a', POLICY, 'no luck')
    backoff.failed('JD/a', POLICY, 'no luck')
    backoff.failed('JD/b', POLICY, 'no luck')
    expect(['JD/a', 'JD/b', 'JD/c', 'JD'].map((key) => backoff.left(key))).to.deep.equal([20, 10, 0, 0])
  })

  it('begins anew with what is cleared', () => {
    const { backoff } = backoffAt(0)
    backoff.failed('JD', POLICY, 'no luck')
    backoff.failed('JD', POLICY, 'no luck')
    backoff.clear('JD')
    expect([backoff.left('JD'), backoff.get('JD')]).to.deep.equal([0, undefined])
    expect(backoff.failed('JD', POLICY, 'no luck').failures).to.equal(1)
  })

  it('clears with a range all that is below it, and nothing of a range whose name begins alike', () => {
    const { backoff } = backoffAt(0)
    for (const key of ['JD', 'JD/a', 'JD/a/start', 'JD2/a', 'XX/JD/a']) backoff.failed(key, POLICY, 'no luck')
    backoff.clear('JD')
    const kept = ['JD', 'JD/a', 'JD/a/start', 'JD2/a', 'XX/JD/a'].filter((key) => backoff.get(key) !== undefined)
    expect(kept).to.deep.equal(['JD2/a', 'XX/JD/a'])
  })
})
