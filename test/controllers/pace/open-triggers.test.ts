import { expect } from 'chai'
import { OpenTriggers } from '../../../controllers/pace/open-triggers.ts'

describe('what was asked and is not answered', () => {
  const opened = () => {
    const time = { now: 0 }
    const triggers = new OpenTriggers({ now: () => time.now })
    return { triggers, at: (seconds: number) => (time.now = seconds * 1000) }
  }

  it('is nothing in the beginning, and in the end', () => {
    const { triggers, at } = opened()
    expect(triggers.standing()).to.deep.equal({ depth: 0, oldestSeconds: 0 })
    triggers.asked('JD')
    triggers.began('JD')
    triggers.answered('JD')
    at(5)
    expect(triggers.standing()).to.deep.equal({ depth: 0, oldestSeconds: 0 })
  })

  it('waits through the pass that answers it, which begins later', () => {
    const { triggers, at } = opened()
    triggers.asked('JD')
    at(3)
    triggers.asked('JD')
    triggers.began('JD')
    at(5)
    triggers.asked('SL')
    expect(triggers.standing()).to.deep.equal({ depth: 2, oldestSeconds: 5 })
  })

  it('is not answered by a pass that had begun before', () => {
    const { triggers, at } = opened()
    triggers.began('JD')
    at(2)
    triggers.asked('JD')
    at(4)
    triggers.answered('JD')
    expect(triggers.standing()).to.deep.equal({ depth: 1, oldestSeconds: 2 })
    triggers.forget('JD')
    expect(triggers.standing().depth).to.equal(0)
  })

  it('is also a pass without end that nobody but time asked for', () => {
    const { triggers, at } = opened()
    triggers.began('JD')
    at(9)
    expect(triggers.standing()).to.deep.equal({ depth: 1, oldestSeconds: 9 })
  })
})
